// Media as the conversation shows them: pictures before and after, clips, sound, files.

import { h, icon } from "../core/dom.js";
import { t } from "../core/words.js";
import { artifactPath, thumbPath } from "../core/api.js";
import { enlarge } from "../core/dialog.js";
import { large } from "../chain/evidence.js";

/** How wide a medium may be: as high as most of the window, and not blown up beyond all measure. */
export const fitting = ({ width, height }) => ({ "max-width": `min(100%, ${Math.max(340, 3 * width)}px, calc(68vh * ${(width / height).toFixed(4)}))` });

/** A comparison of two pictures of one size with a bar to move. */
export function beforeAfter(before, after, label, names = [t("before"), t("after")]) {
  const top = h("img", { class: "over", src: artifactPath(before.artifact), alt: "", width: before.width, height: before.height });
  const knob = h("span", { class: "knob", "aria-hidden": "true" });
  const range = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": label });
  const move = () => { top.style.setProperty("clip-path", `inset(0 ${100 - range.value}% 0 0)`); knob.style.setProperty("left", `${range.value}%`); };
  range.addEventListener("input", move);
  move();
  return h("div", { class: "compare-box", style: fitting(after) }, h("img", { src: artifactPath(after.artifact), alt: label, width: after.width, height: after.height }), top,
    h("span", { class: "side-tag a", "aria-hidden": "true" }, names[0]), h("span", { class: "side-tag b", "aria-hidden": "true" }, names[1]), knob, range);
}

/** One medium of an answer as a figure. */
export function medium({ artifact, label, before, port }) {
  const caption = h("figcaption", {}, label, port && h("a", { class: "ref", href: `#${port.step}`, data: { step: port.step } }, h("b", {}, port.step)),
    h("a", { href: `${artifactPath(artifact.artifact)}?download=true`, download: true }, t("download")));
  const data = { artifact: artifact.artifact };
  if (artifact.type === "video") {
    return h("figure", { class: "medium", data }, h("div", { class: "frame", style: fitting(artifact) }, h("video", { src: artifactPath(artifact.artifact), poster: thumbPath(artifact.artifact, 1024), controls: true, loop: true, muted: true, playsinline: true, preload: "metadata", width: artifact.width, height: artifact.height, "aria-label": label })), caption);
  }
  if (artifact.type === "audio") return h("figure", { class: "medium", data }, h("audio", { src: artifactPath(artifact.artifact), controls: true, "aria-label": label }), caption);
  if (artifact.type === "mesh") return h("figure", { class: "medium", data }, caption);
  if (before) return h("figure", { class: "medium", data }, beforeAfter(before, artifact, t("before_after", { name: label })), caption);
  return h("figure", { class: "medium", data }, h("div", { class: "frame", style: fitting(artifact) }, h("button", { type: "button", "aria-label": `${t("enlarge")}: ${label}`, onclick: () => enlarge(large(artifact)) },
    h("img", { src: artifactPath(artifact.artifact), alt: label, width: artifact.width, height: artifact.height }))), caption);
}

/** A small picture of a medium that came with a message. */
export function small(artifact, name) {
  if (!["image", "video"].includes(artifact.type)) return h("span", { class: "badge" }, icon("sound"), name);
  return h("button", { type: "button", "aria-label": `${t("enlarge")}: ${name}`, title: name, onclick: () => enlarge(large(artifact)) },
    h("img", { src: thumbPath(artifact.artifact, 256), alt: "", width: 132, height: 92 }), artifact.type === "video" && h("span", { class: "tag-play" }, icon("play")));
}
