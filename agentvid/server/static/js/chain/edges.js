// Which step needs which: curves in the margin of the cards, one lane for each span.

import { s, fill, $$ } from "../core/dom.js";

/** Draw the edges of the cards in `list` into `drawing`. */
export function drawEdges(list, drawing) {
  const width = drawing.getBoundingClientRect().width || 46;
  const x = width - 12;
  const top = list.getBoundingClientRect().top;
  const cards = $$(".step", list);
  const places = new Map(cards.map((card) => [card.dataset.step, card.getBoundingClientRect().top - top + 24]));
  const order = cards.map((card) => card.dataset.step);
  const paths = [];
  for (const card of cards) {
    for (const from of card.dataset.uses.split(" ").filter(Boolean)) {
      if (!places.has(from)) continue;
      const [y0, y1] = [places.get(from), places.get(card.dataset.step)];
      const span = order.indexOf(card.dataset.step) - order.indexOf(from);
      const bow = span <= 1 ? 0 : Math.min(x - 3, 7 * span);
      const d = bow ? `M${x} ${y0}C${x - bow * 1.3} ${y0 + 18} ${x - bow * 1.3} ${y1 - 18} ${x} ${y1}` : `M${x} ${y0}V${y1}`;
      paths.push(s("path", { d, "data-from": from, "data-to": card.dataset.step }));
    }
  }
  const dots = cards.map((card) => s("circle", { cx: x, cy: places.get(card.dataset.step), r: 5, class: card.dataset.status }));
  fill(drawing, paths, dots);
}

/** Light up the edges of the step that is pointed at or focused. */
export function lightEdges(list, drawing) {
  const light = (event) => {
    const id = event.target.closest?.(".step")?.dataset.step;
    for (const path of $$("path", drawing)) path.classList.toggle("lit", Boolean(id) && (path.dataset.from === id || path.dataset.to === id));
  };
  for (const kind of ["pointerover", "focusin"]) list.addEventListener(kind, light);
  list.addEventListener("pointerleave", light);
}
