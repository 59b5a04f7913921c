// One frame of a clip: a scrubber under the picture, arrow keys frame by frame, or its number.

import { h, s, clamp } from "../core/dom.js";
import { t } from "../core/words.js";
import { artifactPath } from "../core/api.js";
import { numberField } from "./fields.js";
import { makeStage } from "./stage.js";

/** Edit a keyframe. `media` is the clip. Gives {stage, form, value()}. */
export function editKeyframe({ value, media, label, changed }) {
  const stage = makeStage(media, { label: `${label}. ${t("keyframe_keys")}` });
  stage.drawing.classList.remove("cross");
  stage.drawing.append(s("rect", { width: stage.width, height: stage.height, fill: "transparent" }));
  let frame = clamp(value?.frame ?? 0, 0, media.frames - 1);
  const scrub = h("input", { type: "range", min: 0, max: media.frames - 1, step: 1, value: frame, "aria-label": t("name_frame") });
  const film = h("div", { class: "film", "aria-hidden": "true" }, h("img", { src: `${artifactPath(media.artifact)}/film?frames=8`, alt: "" }));
  const number = numberField({ label: t("name_frame"), value: frame, least: 0, most: media.frames - 1, step: 1, changed: (n) => n !== null && take(n, false) });
  const when = h("p", { class: "soft" });
  const show = () => {
    stage.face.currentTime = Math.min((frame + 0.5) / media.fps, Math.max(0, media.seconds - 0.001));
    when.textContent = t("frame_at", { frame, of: media.frames, seconds: (frame / media.fps).toFixed(3) });
    scrub.value = frame;
  };
  function take(next, write = true) {
    frame = clamp(Math.round(next), 0, media.frames - 1);
    if (write) number.set(frame);
    show();
    changed?.(true);
  }
  scrub.addEventListener("input", () => take(Number(scrub.value)));
  stage.drawing.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[event.key];
    if (step) { event.preventDefault(); take(frame + step * (event.shiftKey ? 10 : 1)); }
    else if (event.key === "Home" || event.key === "End") { event.preventDefault(); take(event.key === "Home" ? 0 : media.frames - 1); }
  });
  stage.face.addEventListener("loadedmetadata", show, { once: true });
  queueMicrotask(() => { show(); changed?.(true); });
  return { stage, form: [film, scrub, number.element, when], value: () => ({ frame, seconds: frame / media.fps }) };
}
