// Settings of this browser: language, theme, planner, budget; signing out.

import { $, $$ } from "../core/dom.js";
import { t } from "../core/words.js";
import { post } from "../core/api.js";
import { attempt, toast } from "../core/live.js";
import { remember, setLanguage, setTheme, start } from "../core/shell.js";

start();
for (const field of $$("[name=theme]")) field.addEventListener("change", () => setTheme(field.value));
for (const field of $$("[name=language]")) field.addEventListener("change", () => setLanguage(field.value));
const held = JSON.parse(localStorage.getItem("wishes") ?? "{}");
const planner = $("#planner"), amount = $("#budget"), currency = $("#currency"), review = $("#review");
planner.value = held.planner ?? "";
amount.value = held.budget?.amount ?? "";
currency.value = held.budget?.currency ?? "CNY";
review.value = held.review ?? "never";
const keep = () => {
  const budget = amount.value === "" ? null : { amount: amount.valueAsNumber, currency: currency.value };
  localStorage.setItem("wishes", JSON.stringify({ ...held, planner: planner.value, review: review.value, budget }));
  remember("planner", planner.value);
  toast(t("kept"));
};
for (const field of [planner, amount, currency, review]) field.addEventListener("change", keep);
$("#sign-out")?.addEventListener("click", async () => { await attempt(() => post("/api/v1/sign-out")); location.assign("/login"); });
document.documentElement.dataset.ready = "1";
