// What tools take and give, in the page's language, and the schemas of evidence.

import { get } from "../core/api.js";
import { lang } from "../core/words.js";

let held = null;

/** Load once: {tools: {name: …}, engines: […], schemas: {…}}. */
export async function loadCatalog() {
  held ??= get(`/studio/catalog?lang=${lang}`).then((told) => ({ ...told, tools: Object.fromEntries(told.tools.map((tool) => [tool.name, tool])) }));
  return held;
}

/** A tool by name; one that is gone has no parameters. */
export const toolOf = (catalog, name) => catalog.tools[name] ?? { name, title: name, summary: "", parameters: [], ports: [], tasks: [] };

/** The value an argument or a port has now, as {type, value}, or null. `view` is the turn. */
export function valueAt(view, ref) {
  const run = view.run[ref.step];
  const step = view.chain.steps.find((one) => one.id === ref.step);
  if (step && ref.port in step.given) return step.given[ref.port];
  if (run && ref.port in run.outputs) return run.outputs[ref.port];
  return view.earlier[`${ref.step}.${ref.port}`] ?? null;
}

export const isRef = (value) => Boolean(value) && typeof value === "object" && "step" in value && "port" in value && Object.keys(value).length === 2;

/** How a step stands: as it is heard to be, else as it ended; what ended badly is to be done again while the turn works. */
export function statusOf(view, id, heard) {
  const ended = view.run[id]?.status ?? "pending";
  return heard ?? (view.work && ["failed", "cancelled", "waiting", "skipped"].includes(ended) ? "pending" : ended);
}

/** All references in an argument. */
export const refsIn = (value) => (isRef(value) ? [value] : Array.isArray(value) ? value.flatMap(refsIn) : value && typeof value === "object" ? Object.values(value).flatMap(refsIn) : []);

/** Follow a reference, or return the literal. */
export const followed = (view, value) => (isRef(value) ? valueAt(view, value) : value);

/** The picture or clip that a step's evidence is about. */
export function lookedAt(view, step, types = ["image", "video"]) {
  for (const name of ["image", "video", ...Object.keys(step.args)]) {
    const told = followed(view, step.args[name]);
    const value = Array.isArray(told) ? followed(view, told[0]) : told;
    if (value?.artifact && types.includes(value.type)) return value;
  }
  return null;
}
