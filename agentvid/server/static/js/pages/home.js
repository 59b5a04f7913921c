// The list of sessions: a new one, renaming nothing, deleting one after a question.

import { $, $$ } from "../core/dom.js";
import { t } from "../core/words.js";
import { post, remove, sessionPath } from "../core/api.js";
import { attempt } from "../core/live.js";
import { confirm } from "../core/dialog.js";
import { start } from "../core/shell.js";
import { exampleList } from "../chat/examples.js";

start();
async function begin(query = "") {
  const made = await attempt(() => post("/api/v1/sessions", {}));
  if (made) location.assign(`/s/${encodeURIComponent(made.session)}${query}`);
}
for (const button of $$("[data-new]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await begin();
    button.disabled = false;
  });
}
$("#examples")?.append(exampleList((number) => begin(`?example=${number}`)));
for (const button of $$("[data-delete]")) {
  button.addEventListener("click", async () => {
    const isSure = await confirm(t("delete_question", { name: button.dataset.name }), t("delete"), { bad: true });
    if (!isSure) return;
    await attempt(async () => {
      await remove(sessionPath(button.dataset.delete));
      button.closest(".tile").remove();
      if (!$(".tile")) location.reload();
    });
  });
}
document.documentElement.dataset.ready = "1";
