// What every page has: theme, language, keyboard map.

import { h, $, $$ } from "./dom.js";
import { show } from "./dialog.js";
import { page, t } from "./words.js";

const year = 365 * 24 * 3600;
/** Remember a choice for a year: the server reads it when it renders. */
export const remember = (name, value) => { document.cookie = `${name}=${encodeURIComponent(value)};path=/;max-age=${year};samesite=strict`; };

const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
};

/** Take a theme: "light", "dark", or "auto" as the system has it. */
export function setTheme(theme) {
  remember("theme", theme);
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Read the page anew in another language. */
export function setLanguage(language) {
  remember("lang", language);
  const place = new URL(location.href);
  place.searchParams.delete("lang");
  location.assign(place);
}

const KEYS = [
  ["key_help", "?"], ["key_compose", "/"], ["key_send", "Enter"], ["key_line", "Shift", "Enter"],
  ["key_next", "J"], ["key_previous", "K"], ["key_edit", "E"], ["key_evidence", "O"],
  ["key_run", "Ctrl", "Enter"], ["key_discard", "Ctrl", "Backspace"], ["key_undo", "Ctrl", "Z"], ["key_redo", "Ctrl", "Shift", "Z"],
  ["key_nudge", "←", "→", "↑", "↓"], ["key_nudge_far", "Shift", "→"], ["key_size", "Alt", "→"], ["key_zoom", "+", "−"], ["key_close", "Esc"],
];

/** Show which keys do what. */
export const showKeys = () => show(t("keyboard"), h("dl", { class: "keys" },
  KEYS.map(([words, ...keys]) => h("div", {}, h("dt", {}, t(words)), h("dd", {}, keys.map((key) => h("kbd", {}, key)))))));

/** Whether someone is writing in a field, so that letters are letters. */
export const isWriting = (target) => target.closest?.("input, textarea, select, [contenteditable]") !== null;

export function start() {
  $("#theme")?.addEventListener("click", () => setTheme(isDark() ? "light" : "dark"));
  $("#language")?.addEventListener("click", () => setLanguage(page.lang === "zh" ? "en" : "zh"));
  $("#keyboard")?.addEventListener("click", showKeys);
  document.addEventListener("keydown", (event) => {
    if (event.key === "?" && !isWriting(event.target) && $$("dialog[open]").length === 0) { event.preventDefault(); showKeys(); }
  });
}
