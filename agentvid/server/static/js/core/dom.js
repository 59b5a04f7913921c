// Elements without a framework: h("button", {class: "button", onclick}, "Run").

const SVG = "http://www.w3.org/2000/svg";

function put(element, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, told] of Object.entries(value)) element.style.setProperty(key, told);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "value" && "value" in element) element.value = value;
    else if (["checked", "disabled", "muted", "hidden", "open", "required", "selected"].includes(name)) element[name] = Boolean(value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

/** Make an HTML element. */
export const h = (tag, props, ...children) => {
  const { value, ...others } = props ?? {};
  const element = put(document.createElement(tag), others, children);
  if (value !== undefined && value !== null) element.value = value;
  return element;
};

/** Make an SVG element. */
export const s = (tag, props, ...children) => put(document.createElementNS(SVG, tag), props, children);

/** Draw one of the icons. */
export const icon = (name, kind = "") => {
  const use = s("use", { href: `${document.documentElement.dataset.static}/icons.svg#${name}` });
  return s("svg", { class: `icon ${kind}`.trim(), "aria-hidden": "true" }, use);
};

/** A button that is an icon; `label` is what it says. */
export const square = (name, label, onclick, props = {}) => {
  const { class: kind = "", ...others } = props;
  return h("button", { type: "button", class: `square ${kind}`.trim(), "aria-label": label, title: label, onclick, ...others }, icon(name));
};

/** A button with words, and an icon before them where `name` is not empty. */
export const button = (words, name, onclick, kind = "") =>
  h("button", { type: "button", class: `button ${kind}`.trim(), onclick }, name && icon(name), words);

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Replace all that an element holds. */
export const fill = (element, ...children) => {
  element.replaceChildren(...children.flat(Infinity).filter((child) => child !== undefined && child !== null && child !== false));
  return element;
};

let count = 0;
/** A fresh id, for labels. */
export const freshId = (stem = "f") => `${stem}-${++count}`;

/** Wait until nothing more comes for `ms`, then call. */
export const debounce = (call, ms) => {
  let timer;
  return (...told) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...told), ms);
  };
};

/** Whether two JSON values are the same, whatever the order of their keys. */
export const same = (a, b) => {
  if (a === b) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object") return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => same(a[key], b[key]));
};

/** Copy a JSON value. */
export const copy = (value) => structuredClone(value);

/** Keep a number between two others. */
export const clamp = (value, least, most) => Math.min(most, Math.max(least, value));
