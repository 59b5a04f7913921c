// Two revisions beside each other: a bar to move, side by side with clips in step, the difference, the figures.

import { h, button, fill, $, $$ } from "../core/dom.js";
import { page, t } from "../core/words.js";
import { artifactPath, get, thumbPath } from "../core/api.js";
import { beforeAfter, fitting } from "../chat/media.js";
import { attempt } from "../core/live.js";
import { start } from "../core/shell.js";

start();
const root = $("#compared");
const WAYS = ["slider", "beside", "difference"];
let way = "slider";

const source = (artifact) => (artifact.type === "depth" ? thumbPath(artifact.artifact, 1024) : artifactPath(artifact.artifact));
const face = (artifact, label) => (artifact.type === "video"
  ? h("video", { src: source(artifact), muted: true, loop: true, playsinline: true, preload: "auto", "aria-label": label, width: artifact.width, height: artifact.height })
  : h("img", { src: source(artifact), alt: label, width: artifact.width, height: artifact.height }));

/** Keep clips at the same time, started and stopped together. */
function inStep(clips) {
  if (!clips.length) return null;
  const [first] = clips;
  const scrub = h("input", { type: "range", min: 0, max: 1000, value: 0, "aria-label": t("time") });
  const others = () => clips.slice(1);
  const play = button(t("play"), "play", () => {
    const isRunning = !first.paused;
    for (const clip of clips) if (isRunning) clip.pause(); else clip.play();
    play.setAttribute("aria-pressed", String(!isRunning));
  }, "slim");
  first.addEventListener("timeupdate", () => {
    scrub.value = (first.currentTime / (first.duration || 1)) * 1000;
    for (const clip of others()) if (Math.abs(clip.currentTime - first.currentTime) > 0.06 && first.currentTime < clip.duration) clip.currentTime = first.currentTime;
  });
  scrub.addEventListener("input", () => { for (const clip of clips) clip.currentTime = (scrub.value / 1000) * (first.duration || 0); });
  return h("div", { class: "line" }, play, h("div", { class: "grow" }, scrub));
}
function slider(pair) {
  if (pair.a.type !== "video") return beforeAfter(pair.a, pair.b, t("before_after", { name: pair.label }), ["A", "B"]);
  const [a, b] = [face(pair.a, `${pair.label}: A`), face(pair.b, `${pair.label}: B`)];
  a.classList.add("over");
  const knob = h("span", { class: "knob", "aria-hidden": "true" });
  const range = h("input", { type: "range", min: 0, max: 100, value: 50, "aria-label": t("before_after", { name: pair.label }) });
  const move = () => { a.style.setProperty("clip-path", `inset(0 ${100 - range.value}% 0 0)`); knob.style.setProperty("left", `${range.value}%`); };
  range.addEventListener("input", move);
  move();
  return [h("div", { class: "compare-box", style: fitting(pair.a) }, b, a, h("span", { class: "side-tag a" }, "A"), h("span", { class: "side-tag b" }, "B"), knob, range), inStep([a, b])];
}
function beside(pair) {
  const faces = [face(pair.a, `${pair.label}: A`), face(pair.b, `${pair.label}: B`)];
  return [h("div", { class: "beside" }, faces.map((one, i) => h("figure", {}, h("div", { class: "compare-box" }, one), h("figcaption", { class: "label" }, i ? page.b_name : page.a_name)))), pair.a.type === "video" ? inStep(faces) : null];
}
function difference(pair) {
  const [a, b] = [face(pair.a, `${pair.label}: A`), face(pair.b, `${t("difference")}: ${pair.label}`)];
  b.classList.add("over", "difference");
  return [h("div", { class: "compare-box", style: fitting(pair.a) }, a, b), pair.a.type === "video" ? inStep([a, b]) : null, h("p", { class: "soft" }, t("difference_note"))];
}
const draws = { slider, beside, difference };
function drawPair(pair) {
  const figures = h("dl", { class: "metrics" }, pair.measures.map(([name, words]) => h("div", {}, h("dt", {}, name), h("dd", {}, words))));
  const media = pair.a && pair.b ? draws[way](pair) : null;
  return h("section", { class: "panel", "aria-label": pair.label }, h("div", { class: "line" }, h("h2", { class: "grow" }, pair.label), pair.is_same ? h("span", { class: "badge done" }, t("same_bytes")) : null),
    pair.text ? h("div", { class: "beside" }, pair.text.map((words, i) => h("div", { class: "field" }, h("span", { class: "label" }, i ? page.b_name : page.a_name), h("p", {}, words)))) : null,
    media, pair.measures.length ? figures : null, pair.text ? null : pair.told.map((line) => h("p", { class: "soft" }, line)));
}
function draw(told) {
  const pairs = told.pairs;
  fill(root,
    h("section", { class: "panel" }, h("h2", {}, t("plans_differ")), told.plan.length ? h("ul", { class: "plan-diff" }, told.plan.map((line) => h("li", {}, line))) : h("p", { class: "soft" }, t("plans_same"))),
    pairs.some((pair) => pair.a) ? h("div", { class: "seg", role: "group", "aria-label": t("way_to_compare") }, WAYS.map((name) => h("button", { type: "button", "aria-pressed": String(name === way), onclick: () => { way = name; draw(told); $$(".seg button")[WAYS.indexOf(name)].focus(); } }, t(`way_${name}`)))) : null,
    pairs.map(drawPair), told.only.map((line) => h("p", { class: "soft" }, line)));
}
for (const field of $$("#pair select")) field.addEventListener("change", () => $("#pair").requestSubmit());
if (page.ready) {
  fill(root, h("p", { class: "soft" }, t("comparing")));
  const told = await attempt(() => get(page.ready));
  if (told) draw(told); else fill(root);
}
document.documentElement.dataset.ready = "1";
