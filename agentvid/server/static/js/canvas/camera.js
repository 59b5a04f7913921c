// A camera path: the view it gives as a live wireframe, the way from above, and each pose by its numbers.

import { h, s, square, button, fill, clamp } from "../core/dom.js";
import { t } from "../core/words.js";
import { choiceField, numberField } from "./fields.js";
import { heading, place, poseAt, projector, rest, wire } from "./lens.js";
import { artifactPath } from "../core/api.js";

const LIMITS = [["yaw_deg", -180, 180, 0.5], ["pitch_deg", -89, 89, 0.5], ["roll_deg", -180, 180, 0.5], ["truck", -1, 1, 0.01], ["pedestal", -1, 1, 0.01], ["dolly", -1, 0.95, 0.01], ["zoom", 0.1, 4, 0.01]];
const box = (x0, x1, y0, y1, z0, z1) => {
  const p = (x, y, z) => ({ x, y, z });
  return { front: [p(x0, y0, z1), p(x1, y0, z1), p(x1, y1, z1), p(x0, y1, z1), p(x0, y0, z1)], rest: [[p(x0, y0, z0), p(x1, y0, z0), p(x1, y1, z0), p(x0, y1, z0), p(x0, y0, z0)], ...[[x0, y0], [x1, y0], [x1, y1], [x0, y1]].map(([x, y]) => [p(x, y, z0), p(x, y, z1)])] };
};
const SOLID = box(-0.16, 0.16, -0.2, 0.14, -0.14, 0.14);

/** Edit a camera path. Gives {stageElement, form, value()}. */
export function editCamera({ value, media, label, changed }) {
  let kind = value?.kind ?? "orbit";
  const poses = (value?.poses ?? [rest(0), { ...rest(4), yaw_deg: 20 }]).map((pose) => ({ ...rest(), ...pose }));
  let chosen = poses.length - 1, seconds = poses.at(-1).seconds, timer = 0;
  const width = 600, height = media ? Math.round((600 * media.height) / media.width) : 400;
  const view = s("svg", { class: "wire", viewBox: `0 0 ${width} ${height}`, tabindex: "0", role: "application", "aria-label": `${label}. ${t("camera_keys")}` });
  const above = s("svg", { class: "wire", viewBox: "-1.7 -1.2 3.4 3.2", role: "img", "aria-label": t("top_view") });
  const scrub = h("input", { type: "range", min: 0, max: 1, step: 0.001, value: 1, "aria-label": t("time") });
  const clock = h("span", { class: "mono soft" });
  const form = h("div", { class: "list" });

  const draw = () => {
    const pose = poseAt(poses, seconds);
    const project = projector(kind, pose, width, height);
    const ground = [];
    for (let i = -6; i <= 6; i += 1) {
      ground.push(wire(project, [{ x: i / 3, y: -0.2, z: -3 }, { x: i / 3, y: -0.2, z: 0.9 }]), wire(project, [{ x: -2.5, y: -0.2, z: i / 2.5 - 1 }, { x: 2.5, y: -0.2, z: i / 2.5 - 1 }]));
    }
    const horizon = wire(project, [{ x: -80, y: 0, z: -60 }, { x: 80, y: 0, z: -60 }]);
    const picture = media && s("image", { href: `${artifactPath(media.artifact)}/thumbnail?size=640`, width, height, opacity: 0.16, preserveAspectRatio: "none" });
    fill(view, picture, s("path", { class: "ground", d: ground.join("") }), s("path", { class: "horizon", d: horizon }),
      SOLID.rest.map((line) => s("path", { class: "solid", d: wire(project, line) })), s("path", { class: "solid front", d: wire(project, SOLID.front) }));
    const dots = Array.from({ length: 49 }, (_, i) => place(kind, poseAt(poses, (i / 48) * poses.at(-1).seconds)));
    const cone = (one) => {
      const at = place(kind, one), ahead = heading(kind, one), half = Math.atan(0.4 / one.zoom);
      const corner = (turn) => `${at.x + 0.6 * Math.sin(ahead + turn)},${at.y - 0.6 * Math.cos(ahead + turn)}`;
      return s("polygon", { class: "view", points: `${at.x},${at.y} ${corner(-half)} ${corner(half)}` });
    };
    const dot = (at, extra) => s("circle", { cx: at.x, cy: at.y, r: 0.07, "stroke-width": 0.03, class: "cam", ...extra });
    fill(above, s("circle", { class: "ground", r: kind === "orbit" ? 1 : 0.001, "stroke-width": 0.02 }), s("rect", { class: "solid", x: -0.14, y: -0.14, width: 0.28, height: 0.28, "stroke-width": 0.03 }),
      cone(pose), s("polyline", { class: "path", points: dots.map((at) => `${at.x},${at.y}`).join(" "), "stroke-width": 0.03 }),
      poses.map((one, i) => { const d = dot(place(kind, one), { class: `cam ${i === chosen ? "is-chosen" : ""}` }); d.addEventListener("click", () => choose(i)); return d; }));
    clock.textContent = `${seconds.toFixed(2)} / ${t("seconds_n", { n: poses.at(-1).seconds.toFixed(2) })}`;
    scrub.value = seconds / poses.at(-1).seconds;
  };
  const told = () => {
    const times = poses.map((pose) => pose.seconds);
    changed?.(times[0] === 0 && times.every((time, i) => i === 0 || time > times[i - 1]));
    draw();
  };
  const choose = (i) => { chosen = i; seconds = poses[i].seconds; drawForm(); draw(); };
  const set = (name, number) => { poses[chosen][name] = number; if (name === "seconds") seconds = number; told(); };
  function drawForm() {
    const pose = poses[chosen];
    fill(form,
      choiceField({ label: t("camera_kind"), value: kind, choices: ["orbit", "look"], changed: (next) => { kind = next; told(); } }).element,
      h("div", { class: "line", role: "group", "aria-label": t("poses") }, poses.map((one, i) => h("button", { type: "button", class: `button slim ${i === chosen ? "main" : ""}`, "aria-pressed": String(i === chosen), onclick: () => choose(i) }, t("seconds_n", { n: one.seconds }))),
        square("add", t("add_pose"), () => { const last = poses.at(-1); poses.push({ ...last, seconds: last.seconds + 2 }); choose(poses.length - 1); told(); }, { class: "slim" }),
        square("trash", t("remove_pose"), () => { poses.splice(chosen, 1); poses[0].seconds = 0; choose(clamp(chosen, 0, poses.length - 1)); told(); }, { class: "slim", disabled: poses.length <= 2 })),
      chosen > 0 ? numberField({ label: t("name_seconds"), value: pose.seconds, least: 0.1, most: 30, step: "any", changed: (n) => n && set("seconds", n) }).element : null,
      LIMITS.map(([name, least, most, step]) => numberField({ label: t(`name_${name}`), value: pose[name], least, most, step, slider: true, soft: true, changed: (n) => n !== null && set(name, n) }).element));
  }
  scrub.addEventListener("input", () => { seconds = Number(scrub.value) * poses.at(-1).seconds; draw(); });
  const play = square("play", t("play"), () => {
    if (timer) { cancelAnimationFrame(timer); timer = 0; return; }
    const began = performance.now();
    const tick = (now) => {
      seconds = ((now - began) / 1000) % poses.at(-1).seconds;
      draw();
      timer = view.isConnected ? requestAnimationFrame(tick) : 0;
    };
    timer = requestAnimationFrame(tick);
  });
  let from = null;
  view.addEventListener("pointerdown", (event) => { event.preventDefault(); view.focus({ preventScroll: true }); view.setPointerCapture(event.pointerId); from = { x: event.clientX, y: event.clientY, yaw: poses[chosen].yaw_deg, pitch: poses[chosen].pitch_deg }; seconds = poses[chosen].seconds; });
  view.addEventListener("pointermove", (event) => {
    if (!from) return;
    const sign = kind === "orbit" ? -1 : 1;
    poses[chosen].yaw_deg = Math.round((from.yaw + sign * (event.clientX - from.x) * 0.2) * 2) / 2;
    poses[chosen].pitch_deg = clamp(Math.round((from.pitch + (event.clientY - from.y) * 0.15) * 2) / 2, -89, 89);
    told();
  });
  for (const name of ["pointerup", "pointercancel"]) view.addEventListener(name, () => { if (from) drawForm(); from = null; });
  view.addEventListener("keydown", (event) => {
    const step = event.shiftKey ? 5 : 1;
    const turn = { ArrowLeft: ["yaw_deg", -step], ArrowRight: ["yaw_deg", step], ArrowUp: ["pitch_deg", step], ArrowDown: ["pitch_deg", -step], "+": ["zoom", 0.05], "-": ["zoom", -0.05] }[event.key];
    if (!turn) return;
    event.preventDefault();
    const [name, by] = turn;
    poses[chosen][name] = Number(clamp(poses[chosen][name] + by, name === "zoom" ? 0.1 : -720, 720).toFixed(2));
    drawForm();
    told();
  });
  drawForm();
  draw();
  queueMicrotask(told);
  const stageElement = h("div", { class: "wire-box" }, h("div", { class: "two", }, h("figure", { class: "field" }, view, h("figcaption", { class: "label" }, t("camera_sees"))), h("figure", { class: "field" }, above, h("figcaption", { class: "label" }, t("top_view")))),
    h("div", { class: "line" }, play, h("div", { class: "grow" }, scrub), clock), h("p", { class: "soft" }, t("camera_wire_note")));
  return { stageElement, form: [form], value: () => ({ kind, poses }) };
}
