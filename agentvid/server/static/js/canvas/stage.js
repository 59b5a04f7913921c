// A picture or clip to point at: zoom, scroll, and positions in the picture's own pixels.

import { h, s, square, clamp } from "../core/dom.js";
import { t } from "../core/words.js";
import { artifactPath } from "../core/api.js";

/** Build a stage. `media` is an artifact (image, video, mask, depth). Gives the element, its drawing and its helpers. */
export function makeStage(media, { label, tools = [] } = {}) {
  const { width, height } = media;
  const isClip = media.type === "video";
  const source = media.type === "depth" ? `${artifactPath(media.artifact)}/thumbnail?size=1024` : artifactPath(media.artifact);
  const face = isClip
    ? h("video", { src: source, muted: true, playsinline: true, preload: "auto", "aria-hidden": "true" })
    : h("img", { src: source, alt: "", draggable: "false" });
  const drawing = s("svg", { viewBox: `0 0 ${width} ${height}`, tabindex: "0", role: "application", "aria-label": label, class: "cross" });
  const inner = h("div", { class: "stage-inner" }, face, drawing);
  const view = h("div", { class: "stage-view", tabindex: "-1" }, inner);
  const where = h("span", { class: "where", "aria-hidden": "true" }, `${width} × ${height}`);
  let zoom = 1;

  const setZoom = (wanted, at = null) => {
    const before = zoom;
    zoom = clamp(wanted, 0.05, 16);
    inner.style.setProperty("width", `${width * zoom}px`);
    inner.style.setProperty("height", `${height * zoom}px`);
    if (at) {
      view.scrollLeft = (view.scrollLeft + at.x) * (zoom / before) - at.x;
      view.scrollTop = (view.scrollTop + at.y) * (zoom / before) - at.y;
    }
    element.dispatchEvent(new Event("zoomed"));
  };
  const fit = () => {
    const [w, hgt] = [view.clientWidth - 32, view.clientHeight - 32];
    setZoom(w > 20 && hgt > 20 ? Math.min(w / width, hgt / height, 3) : 1);
  };
  const bar = h("div", { class: "stage-tools", role: "toolbar", "aria-label": t("tools") }, tools,
    square("minus", t("zoom_out"), () => setZoom(zoom / 1.25), { class: "slim" }),
    square("add", t("zoom_in"), () => setZoom(zoom * 1.25), { class: "slim" }),
    square("zoom", t("zoom_fit"), fit, { class: "slim" }), where);
  const element = h("div", { class: "stage" }, bar, view);

  view.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = view.getBoundingClientRect();
    setZoom(zoom * Math.exp(-event.deltaY / 300), { x: event.clientX - box.left, y: event.clientY - box.top });
  }, { passive: false });
  element.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.target.tagName === "INPUT") return;
    if (event.key === "+" || event.key === "=") setZoom(zoom * 1.25);
    else if (event.key === "-") setZoom(zoom / 1.25);
    else if (event.key === "0") fit();
  });
  /** Where a pointer is, in the picture's pixels. */
  const pixels = (event) => {
    const box = drawing.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * width, y: ((event.clientY - box.top) / box.height) * height };
  };
  drawing.addEventListener("pointermove", (event) => {
    const at = pixels(event);
    where.textContent = `${Math.floor(clamp(at.x, 0, width - 1))}, ${Math.floor(clamp(at.y, 0, height - 1))}`;
  });
  new ResizeObserver(() => { if (!element.dataset.fitted && view.clientWidth) { element.dataset.fitted = "1"; fit(); } }).observe(view);
  return { element, inner, drawing, face, pixels, width, height, isClip, scale: () => zoom, fit };
}

/** How far an arrow key goes: [dx, dy] in pixels, or null for other keys. */
export const nudge = (event) => {
  const step = event.shiftKey ? 10 : 1;
  const way = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
  return way && !event.ctrlKey && !event.metaKey ? way : null;
};
