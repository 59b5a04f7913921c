// A walk over a map: click where to go, or list the moves. The picture's width counts as 20 m; the start looks up.

import { h, s, square, button, fill } from "../core/dom.js";
import { t } from "../core/words.js";
import { choiceField, numberField } from "./fields.js";
import { makeStage } from "./stage.js";

const METRES = 20;
const MOVES = ["forward", "back", "left", "right", "turn_left", "turn_right", "wait"];
const SIDEWAYS = { forward: 0, back: 180, left: -90, right: 90 };
const round = (value) => Math.round(value * 10) / 10;

/** Where the walk goes: [{x, y, heading}] after each move, the start first. */
export function track(actions, start, width) {
  const way = [{ ...start, heading: 0 }];
  for (const action of actions) {
    const at = { ...way.at(-1) };
    if (action.move === "turn_left") at.heading -= action.amount;
    else if (action.move === "turn_right") at.heading += action.amount;
    else if (action.move in SIDEWAYS) {
      const angle = ((at.heading + SIDEWAYS[action.move]) * Math.PI) / 180;
      at.x += (Math.sin(angle) * action.amount * width) / METRES;
      at.y -= (Math.cos(angle) * action.amount * width) / METRES;
    }
    way.push(at);
  }
  return way;
}

/** Edit moves over a map. `start` is where the walk begins. Gives {stage, form, value()}. */
export function editWalk({ value, media, label, start, changed }) {
  const stage = makeStage(media, { label: `${label}. ${t("walk_keys")}` });
  const begin = start ?? { x: (stage.width - 1) / 2, y: stage.height - 1 };
  const actions = structuredClone(value?.actions ?? []);
  const line = s("polyline", { class: "way" }), ends = s("g", {});
  stage.drawing.append(s("rect", { width: stage.width, height: stage.height, fill: "transparent" }), line, ends);
  const list = h("div", { class: "list" });
  const draw = () => {
    const way = track(actions, begin, stage.width);
    line.setAttribute("points", way.map((at) => `${at.x},${at.y}`).join(" "));
    const last = way.at(-1), r = 9 / stage.scale(), angle = (last.heading * Math.PI) / 180;
    fill(ends, s("circle", { class: "handle", cx: begin.x, cy: begin.y, r: r * 0.8 }), s("circle", { class: "handle", cx: last.x, cy: last.y, r }),
      s("line", { class: "way", x1: last.x, y1: last.y, x2: last.x + Math.sin(angle) * r * 2.4, y2: last.y - Math.cos(angle) * r * 2.4 }));
    changed?.(actions.length > 0);
  };
  const swap = (i, j) => { [actions[i], actions[j]] = [actions[j], actions[i]]; drawList(); };
  const drawList = () => {
    fill(list, actions.map((action, i) => h("div", { class: "item" }, h("div", { class: "item-head" },
      choiceField({ label: t("item_n", { n: i + 1 }), value: action.move, choices: MOVES, changed: (move) => { action.move = move; drawList(); } }).element,
      square("up", t("move_up"), () => swap(i, i - 1), { class: "slim", disabled: i === 0 }),
      square("trash", t("remove"), () => { actions.splice(i, 1); drawList(); }, { class: "slim" })),
    h("div", { class: "numbers" },
      action.move === "wait" ? null : numberField({ label: action.move.startsWith("turn") ? t("degrees") : t("metres"), value: action.amount, least: 0, step: "any", changed: (n) => { if (n !== null) { action.amount = n; draw(); } } }).element,
      numberField({ label: t("name_seconds"), value: action.seconds, least: 0.1, step: "any", changed: (n) => { if (n) { action.seconds = n; draw(); } } }).element))),
    button(t("add"), "add", () => { actions.push({ move: "forward", amount: 2, seconds: 2 }); drawList(); }, "slim"));
    draw();
  };
  stage.drawing.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const to = stage.pixels(event), from = track(actions, begin, stage.width).at(-1);
    const metres = round((Math.hypot(to.x - from.x, to.y - from.y) * METRES) / stage.width);
    if (metres < 0.1) return;
    const wanted = (Math.atan2(to.x - from.x, from.y - to.y) * 180) / Math.PI;
    const turn = round(((wanted - from.heading + 540) % 360) - 180);
    if (Math.abs(turn) >= 1) actions.push({ move: turn > 0 ? "turn_right" : "turn_left", amount: Math.abs(turn), seconds: Math.max(0.5, round(Math.abs(turn) / 60)) });
    actions.push({ move: "forward", amount: metres, seconds: Math.max(0.5, round(metres / 1.5)) });
    drawList();
  });
  stage.drawing.addEventListener("keydown", (event) => {
    const made = { ArrowUp: ["forward", 1, 0.7], ArrowDown: ["back", 1, 0.7], ArrowLeft: ["turn_left", 15, 0.5], ArrowRight: ["turn_right", 15, 0.5] }[event.key];
    if (event.key === "Backspace") { event.preventDefault(); actions.pop(); drawList(); }
    if (!made) return;
    event.preventDefault();
    const last = actions.at(-1);
    if (last?.move === made[0]) { last.amount = round(last.amount + made[1]); last.seconds = round(last.seconds + made[2]); }
    else actions.push({ move: made[0], amount: made[1], seconds: made[2] });
    drawList();
  });
  stage.element.addEventListener("zoomed", draw);
  drawList();
  return { stage, form: [h("p", { class: "soft" }, t("walk_hint")), list], value: () => ({ actions }) };
}
