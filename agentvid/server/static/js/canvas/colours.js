// A palette as a list of colours with shares; the bar shows what they make together.

import { h, s, square, button, fill } from "../core/dom.js";
import { t } from "../core/words.js";
import { colourField, numberField } from "./fields.js";

/** The colours of a palette as one bar. */
export function paletteBar(palette) {
  const total = palette.colours.reduce((sum, one) => sum + one.share, 0) || 1;
  let x = 0;
  return s("svg", { class: "bar-palette", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" }, palette.colours.map((one) => {
    const width = (one.share / total) * 100;
    const part = s("rect", { x, width: width + 0.2, height: 10, fill: one.colour });
    x += width;
    return part;
  }));
}

/** Edit a palette. Gives {form, value()}. */
export function editPalette({ value, changed }) {
  const colours = structuredClone(value?.colours ?? [{ colour: "#808080", share: 1, name: "" }]);
  const box = h("div", { class: "list" });
  const bar = h("div", {});
  const told = () => { fill(bar, paletteBar({ colours })); changed?.(colours.length > 0); };
  const draw = () => {
    fill(box, colours.map((one, i) => h("div", { class: "item" }, h("div", { class: "item-head" }, h("b", {}, t("colour_n", { n: i + 1 })),
      square("up", t("move_up"), () => { [colours[i - 1], colours[i]] = [colours[i], colours[i - 1]]; draw(); }, { class: "slim", disabled: i === 0 }),
      square("trash", t("remove"), () => { colours.splice(i, 1); draw(); }, { class: "slim", disabled: colours.length === 1 })),
    colourField({ label: t("name_colour"), value: one.colour, changed: (colour) => { one.colour = colour; one.name = ""; told(); } }).element,
    numberField({ label: t("name_share"), value: one.share, least: 0, most: 1, slider: true, changed: (share) => { if (share !== null) { one.share = share; told(); } } }).element)),
    button(t("add"), "add", () => { colours.push({ colour: "#808080", share: 0.1, name: "" }); draw(); }, "slim"));
    told();
  };
  draw();
  return { form: [bar, box], value: () => ({ colours }) };
}
