// What is said aloud and shown for a moment: toasts, and the live region for those who listen.

import { h, icon, square, $ } from "./dom.js";
import { t } from "./words.js";

/** Say something to a screen reader without showing it. */
export const announce = (text) => {
  const region = $("#live");
  region.textContent = "";
  requestAnimationFrame(() => { region.textContent = text; });
};

/** Show words for a moment; failures stay until they are closed. */
export function toast(text, { failed = false, hint = "" } = {}) {
  const box = h("div", { class: `toast ${failed ? "failed" : ""}`, role: failed ? "alert" : "status" },
    icon(failed ? "failed" : "done"),
    h("p", {}, text, hint && h("span", {}, ` ${hint}`)),
    square("close", t("close"), () => box.remove(), { class: "slim" }));
  $("#toasts").append(box);
  if (!failed) setTimeout(() => box.remove(), 4200);
  return box;
}

/** Tell of an error in words: what was refused and what to do. */
export const complain = (error) => toast(error.message, { failed: true, hint: [error.expected && `${t("expected")}: ${error.expected}`, error.do].filter(Boolean).join(" · ") });

/** Run a piece of work and tell of its failure. Returns what it gives, or undefined. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    if (error.name === "AbortError") return undefined;
    complain(error);
    if (error.status === undefined) throw error;
    return undefined;
  }
}
