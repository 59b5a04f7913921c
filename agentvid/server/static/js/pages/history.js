// The history of a turn: a tree of revisions, going back and forth, branches, merges with their conflicts.

import { h, s, icon, button, fill, $ } from "../core/dom.js";
import { lang, moment, page, t } from "../core/words.js";
import { get, post, sessionPath, turnPath } from "../core/api.js";
import { announce, attempt, complain, toast } from "../core/live.js";
import { askFor, show } from "../core/dialog.js";
import { start } from "../core/shell.js";
import { takeFrom } from "./picks.js";

start();
const { session, turn } = page;
const root = $("#tree"), tools = $("#tools");
const LANE = 22;
const picked = new Set();

/** A lane for each branch; the first revision's is the leftmost. */
function lanes(revisions) {
  const of = new Map();
  for (const one of revisions) if (!of.has(one.branch)) of.set(one.branch, of.size);
  return of;
}
function drawLines(drawing, list, revisions, of) {
  const rows = [...list.children];
  const y = (n) => { const row = rows[revisions.findIndex((one) => one.n === n)]; return row.offsetTop - list.offsetTop + row.offsetHeight / 2; };
  const x = (n) => of.get(revisions.find((one) => one.n === n).branch) * LANE + 14;
  const way = (from, to, kind) => s("path", { class: kind, d: x(from) === x(to) ? `M${x(from)} ${y(from)}V${y(to)}` : `M${x(from)} ${y(from)}C${x(from)} ${(y(from) + y(to)) / 2} ${x(to)} ${(y(from) + y(to)) / 2} ${x(to)} ${y(to)}` });
  const width = of.size * LANE + 12;
  drawing.setAttribute("width", width);
  drawing.setAttribute("height", list.offsetHeight);
  fill(drawing, revisions.flatMap((one) => [one.parent !== null && way(one.n, one.parent, ""), one.merged && way(one.n, one.merged, "merge")]),
    revisions.map((one) => s("circle", { cx: x(one.n), cy: y(one.n), r: 6, class: one.is_current ? "current" : "" })));
}
const act = async (work, words = "") => {
  await attempt(async () => { await work(); if (words) { toast(words); } });
  await draw();
};
function pick(n, isOn) {
  if (isOn) picked.add(n); else picked.delete(n);
  drawTools();
}
let told = null;
function drawTools() {
  const [a, b] = [...picked].sort((one, two) => one - two);
  const isPair = picked.size === 2;
  const compare = h("a", { class: `button ${isPair ? "main" : ""}`, href: isPair ? `/s/${encodeURIComponent(session)}/compare?turn=${turn}&a=${a}&b=${b}` : undefined, "aria-disabled": String(!isPair), role: "link" }, icon("compare"), isPair ? t("compare_two", { a, b }) : t("compare_pick"));
  fill(tools,
    button(t("undo"), "undo", () => act(() => post(`${turnPath(session, turn)}/undo`, { run: false }))),
    button(t("redo"), "redo", () => act(() => post(`${turnPath(session, turn)}/redo`, { run: false }))),
    button(t("branch_here"), "branch", async () => {
      const name = await askFor(t("branch_name"), t("branch_name_label"), t("branch_default"));
      if (name) await act(() => post(`${sessionPath(session)}/branches`, { name, turn }), t("branch_made", { name }));
    }),
    told.branches.length > 1 ? button(t("merge"), "branch", merge) : null, compare);
}
function merge() {
  const others = told.branches.filter((name) => name !== told.branch);
  const field = h("select", { id: "merge-from" }, others.map((name) => h("option", {}, name)));
  const conflicts = h("div", { class: "list" });
  const resolve = {};
  const go = button(t("merge"), "branch", async () => {
    go.disabled = true;
    try {
      await post(`${turnPath(session, turn)}/merge`, { other: field.value, resolve: Object.keys(resolve).length ? resolve : null, run: true });
      box.close();
      toast(t("merged", { name: field.value }));
      await draw();
    } catch (error) {
      if (error.status !== 409 || !error.body.ids) complain(error);
      else showConflicts(error.body.ids, await get(`/studio/conflicts/${encodeURIComponent(session)}/${turn}?other=${encodeURIComponent(field.value)}&lang=${lang}`));
    }
    go.disabled = false;
  }, "main");
  function showConflicts(ids, told_) {
    fill(conflicts, h("p", { class: "note", role: "alert" }, icon("failed"), t("conflicts_n", { n: ids.length })), ids.map((id) => {
      resolve[id] ??= "ours";
      const side = (name) => { const box_ = h("input", { type: "radio", name: id, value: name, checked: resolve[id] === name }); box_.addEventListener("change", () => { resolve[id] = name; }); return h("label", {}, box_, t(`take_${name}`, { ours: told.branch, theirs: field.value })); };
      return h("fieldset", { class: "conflict" }, h("legend", { class: "mono" }, id), h("p", {}, told_.find((one) => one.id === id)?.words), side("ours"), side("theirs"));
    }));
  }
  const box = show(t("merge_into", { branch: told.branch }), [h("div", { class: "field" }, h("label", { for: "merge-from" }, t("merge_from")), field), conflicts], [button(t("cancel"), "", () => box.close()), go]);
}
function row(one) {
  const id = `pick-${one.n}`;
  const box = h("input", { type: "checkbox", id, checked: picked.has(one.n) });
  box.addEventListener("change", () => pick(one.n, box.checked));
  return h("li", { class: `rev ${one.is_current ? "is-current" : ""}` },
    h("p", { class: "what" }, h("b", { class: "sid" }, one.n), " ", one.words),
    h("p", { class: "meta" }, h("span", {}, t(`author_${one.author}`)), h("time", { datetime: new Date(one.created * 1000).toISOString() }, moment(one.created)),
      one.heads.map((name) => h("span", { class: `badge ${one.is_current && name === told.branch ? "run" : ""}` }, icon("branch"), name)), one.merged ? h("span", {}, t("merged_from", { n: one.merged })) : null,
      h("span", {}, t(`run_${one.status.replace(" ", "_")}`))),
    h("div", { class: "acts" }, h("label", { class: "pick", for: id }, box, t("pick")),
      one.is_current ? h("span", { class: "badge run" }, t("shown_now")) : [button(t("pick_open"), "pick", () => takeFrom({ session, turn, source: one.n, revision: told.revision, taken: draw }), "slim"), button(t("checkout"), "", () => act(() => post(`${turnPath(session, turn)}/checkout`, { revision: one.heads.length === 1 ? one.heads[0] : one.n }), t("checked_out", { n: one.n })), "slim")]));
}
async function draw() {
  const found = await attempt(() => get(`${turnPath(session, turn)}/history`));
  if (!found) return;
  told = { ...found, branches: [...new Set(found.revisions.flatMap((one) => one.heads))] };
  for (const n of picked) if (!found.revisions.some((one) => one.n === n)) picked.delete(n);
  const newest = [...found.revisions].reverse();
  const drawing = s("svg", { class: "tree-lines", "aria-hidden": "true" });
  const list = h("ol", { class: "tree" }, newest.map(row));
  fill(root, h("div", { class: "tree-grid" }, drawing, list));
  const of = lanes(found.revisions);
  new ResizeObserver(() => drawLines(drawing, list, newest, of)).observe(list);
  drawTools();
  announce(t("revision", { revision: found.revision }));
}
await draw();
document.documentElement.dataset.ready = "1";
