// All media of the owner: filter by kind, use in a new session, upload.

import { h, $, $$ } from "../core/dom.js";
import { t } from "../core/words.js";
import { post, upload } from "../core/api.js";
import { attempt } from "../core/live.js";
import { enlarge } from "../core/dialog.js";
import { large } from "../chain/evidence.js";
import { start } from "../core/shell.js";

start();
for (const button of $$("[data-show]")) button.addEventListener("click", () => enlarge(large(JSON.parse(button.dataset.show))));
for (const button of $$("[data-use]")) {
  button.addEventListener("click", async () => {
    const made = await attempt(() => post("/api/v1/sessions", {}));
    if (made) location.assign(`/s/${encodeURIComponent(made.session)}?use=${button.dataset.use}`);
  });
}
const field = $("#upload");
field?.addEventListener("change", async () => {
  const bar = h("progress", { max: field.files.length, value: 0, "aria-label": t("uploading") });
  field.closest(".page-head").after(bar);
  for (const file of field.files) { await attempt(() => upload(file)); bar.value += 1; }
  location.reload();
});
$("#choose")?.addEventListener("click", () => field.click());
document.documentElement.dataset.ready = "1";
