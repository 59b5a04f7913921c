// Edits that are not made yet. One per field; an edit that changes nothing is none. Kept for this tab until they are made.

import { copy, same } from "../core/dom.js";

const identity = (edit) => {
  const step = edit.step?.id ?? edit.step ?? "";
  const kind = { set_given: "given", clear_given: "given" }[edit.edit] ?? edit.edit;
  return `${kind}|${step}|${edit.name ?? edit.port ?? ""}`;
};

/** The chain with edits applied, for showing; the server checks them. */
export function applied(chain, edits) {
  const next = copy(chain);
  const find = (id) => next.steps.find((step) => step.id === id);
  const put = (step, { before, after }) => {
    const at = next.steps.findIndex((one) => one.id === (before ?? after));
    next.steps.splice(at < 0 ? next.steps.length : at + (after ? 1 : 0), 0, step);
  };
  for (const edit of edits) {
    if (edit.edit === "set_answer") { next.answer = copy(edit.answer); continue; }
    if (edit.edit === "insert") { put({ given: {}, expect: [], engine: null, seed: 0, pinned: false, ...copy(edit.step) }, edit); continue; }
    const step = find(edit.step);
    if (!step) continue;
    if (edit.edit === "set_thought") step.thought = edit.thought;
    else if (edit.edit === "set_arg") { if (edit.remove) delete step.args[edit.name]; else step.args[edit.name] = copy(edit.value); }
    else if (edit.edit === "set_given") step.given[edit.port] = copy(edit.value);
    else if (edit.edit === "clear_given") delete step.given[edit.port];
    else if (edit.edit === "set_tool") { step.tool = edit.tool; step.args = copy(edit.args); }
    else if (edit.edit === "set_expect") step.expect = copy(edit.expect);
    else if (edit.edit === "set_engine") step.engine = edit.engine;
    else if (edit.edit === "set_seed") step.seed = edit.seed;
    else if (edit.edit === "pin") step.pinned = edit.pinned;
    else if (edit.edit === "remove") { step.removed = true; next.answer = (next.answer ?? []).filter((ref) => ref.step !== step.id); }
    else if (edit.edit === "move") { next.steps.splice(next.steps.indexOf(step), 1); put(step, edit); }
  }
  return next;
}

/** The edits of one turn; fires "change". */
export class Draft extends EventTarget {
  constructor() {
    super();
    this.edits = [];
    this.place = "";
    this.chain = { steps: [] };
    this.revision = 0;
  }

  /** Say which chain the edits are of. What was drafted for another revision is dropped. */
  attach(session, turn, revision, chain) {
    const place = `draft:${session}:${turn}:${revision}`;
    this.chain = chain;
    this.revision = revision;
    if (place === this.place) return;
    this.place = place;
    const held = sessionStorage.getItem(place);
    this.edits = held ? JSON.parse(held) : [];
    this.dispatchEvent(new Event("change"));
  }

  get isEmpty() { return this.edits.length === 0; }
  get now() { return applied(this.chain, this.edits); }

  /** The chain's own step, as it is without edits. */
  original(id) { return this.chain.steps.find((step) => step.id === id); }

  /** Make an edit, in place of the one it says anew. */
  put(edit) {
    this.take(edit);
    this.save();
  }

  /** Make several at once. */
  putAll(edits) {
    for (const edit of edits) this.take(edit);
    this.save();
  }

  take(edit) {
    const key = identity(edit);
    this.edits = this.edits.filter((one) => identity(one) !== key || ["move", "insert"].includes(one.edit));
    if (edit.edit === "set_tool") this.edits = this.edits.filter((one) => one.edit !== "set_arg" || one.step !== edit.step);
    const step = this.original(edit.step);
    const fields = { set_thought: ["thought", "thought"], set_engine: ["engine", "engine"], set_seed: ["seed", "seed"], pin: ["pinned", "pinned"] }[edit.edit];
    const isNothing = step && ((fields && step[fields[1]] === edit[fields[0]])
      || (edit.edit === "set_arg" && (edit.remove ? !(edit.name in step.args) : edit.name in step.args && same(step.args[edit.name], edit.value)))
      || (edit.edit === "set_given" && edit.port in step.given && same(step.given[edit.port], edit.value))
      || (edit.edit === "set_expect" && same(step.expect, edit.expect))
      || (edit.edit === "clear_given" && !(edit.port in step.given)))
      || (edit.edit === "set_answer" && same(this.chain.answer, edit.answer));
    const written = this.edits.find((one) => one.edit === "insert" && one.step.id === edit.step);
    if (written && edit.edit !== "move") this.inserted(written, edit);
    else if (!isNothing) this.edits.push(edit);
  }

  /** An edit of a step that is itself not written yet goes into that step. */
  inserted(written, edit) {
    if (edit.edit === "remove") { this.edits = this.edits.filter((one) => one !== written); return; }
    const { removed, ...step } = applied({ steps: [copy(written.step)] }, [edit]).steps[0];
    written.step = step;
  }

  /** Take one edit back. */
  drop(edit) { this.edits = this.edits.filter((one) => !same(one, edit)); this.save(); }

  clear() { this.edits = []; this.save(); }

  save() {
    if (this.edits.length) sessionStorage.setItem(this.place, JSON.stringify(this.edits));
    else sessionStorage.removeItem(this.place);
    this.dispatchEvent(new Event("change"));
  }

  /** An id that no step has, in the chain or in the draft; `least` is the highest number ever used in the turn. */
  freshId(turn, least = 0) {
    const numbers = this.now.steps.map((step) => step.id.match(/^t(\d+)\.s(\d+)$/)).filter((found) => Number(found[1]) === turn).map((found) => Number(found[2]));
    return `t${turn}.s${Math.max(least, 0, ...numbers) + 1}`;
  }
}
