// A new step: choose a tool, say what for; its arguments are filled on its card.

import { h, button, freshId, $ } from "../core/dom.js";
import { t } from "../core/words.js";
import { show } from "../core/dialog.js";
import { portsBefore } from "./args.js";

/** Ask for a tool and put a step into the draft. `at` is {after} or {before} or {}. */
export function addStep(context, at, done) {
  const id = freshId(), thoughtId = freshId();
  const tools = Object.values(context.catalog.tools).sort((a, b) => a.title.localeCompare(b.title));
  const about = h("small", {});
  const field = h("select", { id }, tools.map((tool) => h("option", { value: tool.name }, tool.title)));
  const tell = () => { about.textContent = context.catalog.tools[field.value].summary; };
  field.addEventListener("change", tell);
  tell();
  const thought = h("textarea", { id: thoughtId, rows: 2, placeholder: t("thought_empty") });
  const add = () => {
    const tool = context.catalog.tools[field.value];
    const step = { id: context.draft.freshId(context.turn, context.view.highest), tool: tool.name, thought: thought.value, args: {} };
    const index = context.chain.steps.findIndex((one) => one.id === (at.after ?? at.before));
    const before = context.chain.steps.slice(0, index < 0 ? undefined : index + (at.after ? 1 : 0));
    const around = { ...context, chain: { steps: [...before, { ...step }] } };
    for (const parameter of tool.parameters) {
      const last = portsBefore(around, step, parameter.type).at(-1);
      if (last && !parameter.many && (parameter.required || ["image", "video"].includes(parameter.name))) step.args[parameter.name] = last;
      else if (parameter.required && ["Image", "Video"].includes(parameter.type)) {
        const media = context.view.message.media.find((one) => one.artifact.type === parameter.type.toLowerCase());
        if (media) step.args[parameter.name] = media.artifact;
      } else if (parameter.required && parameter.type === "Text") step.args[parameter.name] = thought.value || parameter.choices?.[0] || "";
    }
    box.close();
    context.draft.put({ edit: "insert", step, ...at });
    done(step.id);
  };
  const box = show(t("add_step"), [h("div", { class: "field" }, h("label", { for: id }, t("tool")), field, about), h("div", { class: "field" }, h("label", { for: thoughtId }, t("thought")), thought)],
    [button(t("cancel"), "", () => box.close()), button(t("add"), "add", add, "main")]);
  $("select", box).focus();
}
