// What a new user may begin with: a wish in words, and the sample it is about.

import { h, s, icon } from "../core/dom.js";
import { t } from "../core/words.js";

const SAMPLES = "/studio/samples/";
export const EXAMPLES = [["example_1", "coffee.jpg"], ["example_3", "city.mp4"], ["example_2", "coffee.jpg"], ["example_4", ""]];

/** The sample of an example as a file; null where it needs none. */
export async function sampleOf(name) {
  if (!name) return null;
  const response = await fetch(SAMPLES + name);
  const data = await response.blob();
  return new File([data], name, { type: data.type });
}

function face(name) {
  if (name.endsWith(".jpg")) return h("img", { src: SAMPLES + name, alt: "", width: 600, height: 400 });
  if (name) return [h("video", { src: `${SAMPLES}${name}#t=1`, muted: true, preload: "metadata", playsinline: true, tabindex: "-1", "aria-hidden": "true" }), h("span", { class: "tag-play" }, icon("play"))];
  return s("svg", { viewBox: "0 0 96 64", preserveAspectRatio: "xMidYMid slice", "aria-hidden": "true" }, s("rect", { width: 96, height: 64, fill: "#c9cacd" }), s("ellipse", { cx: 56, cy: 50, rx: 22, ry: 5, fill: "#9c9da2" }), s("circle", { cx: 48, cy: 34, r: 18, fill: "#c6202a" }), s("circle", { cx: 42, cy: 27, r: 5, fill: "#ef8288" }));
}

/** The examples as buttons; `choose` gets the number of one. */
export const exampleList = (choose) => h("ul", { class: "examples", "aria-label": t("example_try") }, EXAMPLES.map(([key, name], i) =>
  h("li", {}, h("button", { type: "button", class: "example", onclick: () => choose(i) }, h("span", { class: "example-face" }, face(name)), h("span", {}, t(key))))));
