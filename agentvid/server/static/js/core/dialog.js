// Dialogs and menus: opened by a button, closed by Escape, focus goes back where it was.

import { h, icon, square, button, freshId, $, $$ } from "./dom.js";
import { t } from "./words.js";

/** Show a dialog; returns its element. `foot` are buttons. It is taken away when it closes. */
export function show(title, body, foot = [], kind = "") {
  const id = freshId("d");
  const box = h("dialog", { class: kind, "aria-labelledby": id },
    h("div", { class: "dialog-head" }, h("h2", { id }, title), square("close", t("close"), () => box.close())),
    h("div", { class: "dialog-body" }, body),
    foot.length ? h("div", { class: "dialog-foot" }, foot) : null);
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.showModal();
  return box;
}

/** Ask for a yes; resolves to whether it was given. */
export function confirm(question, yes, { bad = false } = {}) {
  return new Promise((resolve) => {
    const box = show(question, [], [
      button(t("cancel"), "", () => box.close()),
      button(yes, "", () => { resolve(true); box.close(); }, bad ? "bad" : "main"),
    ]);
    box.addEventListener("close", () => resolve(false));
  });
}

/** Ask for a line of words; resolves to it, or undefined. */
export function askFor(title, label, value = "") {
  return new Promise((resolve) => {
    const id = freshId();
    const field = h("input", { id, type: "text", value, required: true, maxlength: 60, autocomplete: "off" });
    const form = h("form", { class: "field", method: "dialog", onsubmit: (event) => { event.preventDefault(); resolve(field.value.trim()); box.close(); } },
      h("label", { for: id }, label), field);
    const box = show(title, form, [button(t("cancel"), "", () => box.close()), button(t("ok"), "", () => form.requestSubmit(), "main")]);
    field.select();
    box.addEventListener("close", () => resolve(undefined));
  });
}

/** A button that opens a menu. `entries` is called when it opens and gives [{words, icon, act, disabled} | element]. */
export function menuButton(opener, entries, kind = "") {
  const box = h("div", { class: "menu-box" }, opener);
  opener.setAttribute("aria-expanded", "false");
  const close = (back = true) => {
    if (opener.getAttribute("aria-expanded") !== "true") return;
    $(".menu", box)?.remove();
    opener.setAttribute("aria-expanded", "false");
    if (back) opener.focus();
  };
  opener.addEventListener("click", () => {
    if (opener.getAttribute("aria-expanded") === "true") return close();
    const made = entries().map((entry) => (entry instanceof Element ? entry : h("button", { type: "button", disabled: entry.disabled, onclick: () => { close(); entry.act(); } }, icon(entry.icon), entry.words)));
    box.append(h("div", { class: `menu ${kind}` }, made));
    opener.setAttribute("aria-expanded", "true");
    $("button, a, input, select", $(".menu", box))?.focus();
  });
  box.addEventListener("keydown", (event) => {
    const menu = $(".menu", box);
    if (!menu) return;
    if (event.key === "Escape") { event.stopPropagation(); event.preventDefault(); close(); }
    const all = $$(":scope > button:not(:disabled), :scope > a", menu);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && all.includes(document.activeElement)) {
      event.preventDefault();
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    }
  });
  document.addEventListener("pointerdown", (event) => { if (!box.contains(event.target)) close(false); });
  return box;
}

/** Show a picture or clip as large as the window. */
export function enlarge(element) {
  const box = h("dialog", { class: "zoomed", "aria-label": t("enlarge") }, element, square("close", t("close"), () => box.close()));
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
  box.showModal();
}
