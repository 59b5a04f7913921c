// The words of the page, from the one table the server holds, and how numbers, times and money are written.

const boot = JSON.parse(document.getElementById("boot").textContent);

/** What the server told this page: language, words, and what the page is about. */
export const page = boot;
export const lang = boot.lang;

/** A phrase by its key; a missing one is a mistake of ours and shows as such. */
export const t = (key, told = {}) => {
  const text = boot.words[key];
  if (text === undefined) throw new Error(`no words for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_, name) => told[name] ?? "");
};

/** Whether there are words for a key. */
export const known = (key) => key in boot.words;

const trim = (text) => (text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text);

/** A number without needless digits. */
export const number = (value) => trim(Math.abs(value) >= 100 ? value.toFixed(1) : Math.abs(value) >= 1 ? value.toFixed(2) : value.toFixed(3));

/** Seconds, from and to, as one range: "3.2–14 s". */
export const secondsRange = (low, high) => {
  const digits = (value) => trim(value >= 20 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toFixed(2));
  const [from, to] = [digits(low), digits(high)];
  return t("seconds_n", { n: from === to ? from : `${from}–${to}` });
};

const SIGNS = { CNY: "¥", USD: "$", EUR: "€", GBP: "£" };

/** Money, from and to. */
export const moneyRange = ({ low, high, currency }) => {
  if (!high) return t("free");
  const told = (value) => `${SIGNS[currency] ?? ""}${value.toFixed(high >= 0.01 ? 2 : 4)}`;
  const text = low === high ? told(low) : `${told(low)}–${told(high)}`;
  return SIGNS[currency] ? text : `${text} ${currency}`;
};

/** A time of day, or a day where it is not today. */
export const moment = (secondsSinceEpoch) => {
  const when = new Date(secondsSinceEpoch * 1000);
  const is_today = when.toDateString() === new Date().toDateString();
  const shape = is_today ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" };
  return new Intl.DateTimeFormat(lang === "zh" ? "zh-CN" : "en", shape).format(when);
};
