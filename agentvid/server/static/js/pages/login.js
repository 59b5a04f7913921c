// Signing in with an API key.

import { $ } from "../core/dom.js";
import { page, t } from "../core/words.js";
import { start } from "../core/shell.js";

start();
const form = $("#login"), problem = $("#problem");
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  problem.textContent = "";
  const response = await fetch("/api/v1/sign-in", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ key: $("#key").value.trim() }) });
  if (response.ok) location.assign(page.next);
  else { problem.textContent = t("wrong_key"); $("#key").setAttribute("aria-invalid", "true"); $("#key").select(); }
});
document.documentElement.dataset.ready = "1";
