// One's own API keys: a new one, shown once; revoking one.

import { h, button, square, $, $$ } from "../core/dom.js";
import { moment, page, t } from "../core/words.js";
import { post, remove } from "../core/api.js";
import { attempt, toast } from "../core/live.js";
import { askFor, confirm, show } from "../core/dialog.js";
import { start } from "../core/shell.js";

start();
for (const time of $$("time[data-at]")) time.textContent = moment(Number(time.dataset.at));

async function copyOf(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast(t("copied"));
  } catch {
    getSelection().selectAllChildren($("#secret"));
  }
}
function showSecret(made) {
  const code = h("code", { id: "secret", tabindex: "0" }, made.key);
  const box = show(t("key_made_title"), [h("p", {}, t("key_once")), h("div", { class: "command" }, code, square("copy", t("copy_it"), () => copyOf(made.key))), page.open ? h("p", { class: "note" }, t("key_first")) : null],
    [button(t("key_kept"), "done", () => box.close(), "main")]);
  box.addEventListener("close", () => location.reload());
}
$("#make").addEventListener("click", async () => {
  if (page.open && !(await confirm(t("key_first_question"), t("key_make")))) return;
  const name = await askFor(t("key_new"), t("key_name"), t("key_name_default"));
  if (name === undefined) return;
  const made = await attempt(async () => {
    const key = await post("/api/v1/keys", { name });
    if (page.open) await post("/api/v1/sign-in", { key: key.key });
    return key;
  });
  if (made) showSecret(made);
});
for (const one of $$("[data-revoke]")) {
  one.addEventListener("click", async () => {
    const words = one.dataset.here ? "key_revoke_here" : page.last ? "key_revoke_last" : "key_revoke_question";
    if (!(await confirm(t(words, { name: one.dataset.name }), t("key_revoke"), { bad: true }))) return;
    await attempt(async () => { await remove(`/api/v1/keys/${encodeURIComponent(one.dataset.revoke)}`); location.reload(); });
  });
}
document.documentElement.dataset.ready = "1";
