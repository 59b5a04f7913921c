// Another tool for a step: those that fit with what they keep and lose, and the others with why not.

import { h, icon, button, fill, $ } from "../core/dom.js";
import { lang, t } from "../core/words.js";
import { post } from "../core/api.js";
import { attempt } from "../core/live.js";
import { show } from "../core/dialog.js";

/** Ask for another tool and put it into the draft, with what that takes away. */
export async function changeTool(context, step) {
  const place = `/studio/tools/${encodeURIComponent(context.session)}/${context.turn}?lang=${lang}`;
  const tools = await attempt(() => post(place, { step: step.id, edits: context.draft.edits }));
  if (!tools) return;
  const list = h("div", { class: "choices" });
  const search = h("input", { type: "search", placeholder: t("tool_search"), "aria-label": t("tool_search") });
  const take = (tool) => {
    box.close();
    context.draft.putAll(tool.edits);
    document.getElementById(step.id)?.focus();
  };
  const row = (tool) => h("li", {}, h("button", { type: "button", class: "choice", "aria-disabled": String(Boolean(tool.why)), disabled: Boolean(tool.why), data: { tool: tool.tool }, onclick: () => take(tool) },
    h("b", {}, tool.title), h("span", { class: "soft" }, tool.summary),
    tool.why ? h("span", { class: "note" }, icon("failed"), h("span", {}, tool.why)) : tool.loses.length ? h("span", { class: "note" }, icon("minus"), h("span", {}, t("tool_loses", { names: tool.loses.join(t("comma")) }))) : null));
  const draw = () => {
    const wanted = search.value.trim().toLowerCase();
    const kept = tools.filter((tool) => `${tool.title} ${tool.tool} ${tool.summary}`.toLowerCase().includes(wanted));
    const part = (words, some) => (some.length ? [h("h3", {}, words), h("ul", {}, some.map(row))] : null);
    fill(list, part(t("tool_fits"), kept.filter((tool) => !tool.why)) ?? h("p", { class: "soft" }, t("tool_none")), part(t("tool_fits_not"), kept.filter((tool) => tool.why)));
  };
  search.addEventListener("input", draw);
  draw();
  const box = show(t("tool_for", { step: step.id }), [search, list], [button(t("cancel"), "", () => box.close())], "tall");
  $("input", box).focus();
}
