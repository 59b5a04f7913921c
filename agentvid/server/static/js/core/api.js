// Talking to the server: JSON there and back, uploads with progress, problems as errors with what to do.

import { lang, t } from "./words.js";

/** What the server refused: what was given, what it expected, what to do. */
export class Problem extends Error {
  constructor(status, body) {
    super(body.given || body.detail || body.title || t("no_reply"));
    this.status = status;
    this.code = body.code ?? "";
    this.expected = body.expected ?? "";
    this.do = body.do ?? "";
    this.body = body;
  }
}

const key = () => `${Date.now().toString(36)}-${crypto.getRandomValues(new Uint32Array(2)).join("")}`;

async function read(response) {
  if (response.status === 204) return null;
  const kind = response.headers.get("content-type") ?? "";
  const body = kind.includes("json") ? await response.json() : { detail: await response.text() };
  if (response.status === 401) location.assign(`/login?next=${encodeURIComponent(location.pathname + location.search)}`);
  if (!response.ok) throw new Problem(response.status, await inWords(body));
  return body;
}

/** What the server says, in the page's language as far as it is a sentence of ours. */
async function inWords(body) {
  if (lang === "en" || !body.given) return body;
  const told = ["given", "expected", "do"];
  try {
    const response = await fetch(`/studio/said?lang=${lang}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(told.map((name) => String(body[name] ?? ""))) });
    if (!response.ok) return body;
    const words = await response.json();
    return { ...body, ...Object.fromEntries(told.map((name, i) => [name, words[i]])) };
  } catch {
    return body;
  }
}

async function ask(method, path, body) {
  const headers = { accept: "application/json" };
  if (method !== "GET") headers["idempotency-key"] = key();
  if (body !== undefined) headers["content-type"] = "application/json";
  let response;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  } catch {
    throw new Problem(0, { given: t("offline"), do: t("offline_do") });
  }
  return read(response);
}

export const get = (path) => ask("GET", path);
export const post = (path, body = {}) => ask("POST", path, body);
export const remove = (path) => ask("DELETE", path);

const part = encodeURIComponent;
export const sessionPath = (session) => `/api/v1/sessions/${part(session)}`;
export const turnPath = (session, turn) => `${sessionPath(session)}/turns/${turn}`;
export const artifactPath = (digest) => `/api/v1/artifacts/${digest}`;
export const thumbPath = (digest, size = 480) => `${artifactPath(digest)}/thumbnail?size=${size}`;

/** Put a file into the store; `told` hears the share that is sent. Returns the artifact. */
export function upload(file, told = () => {}, path = "/api/v1/artifacts") {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const form = new FormData();
    form.append("file", file, file.name || "file");
    request.open("POST", path);
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => event.lengthComputable && told(event.loaded / event.total));
    request.addEventListener("load", () => {
      const body = request.response ?? {};
      if (request.status < 300) resolve(body.artifact?.artifact ? body.artifact : body);
      else reject(new Problem(request.status, body));
    });
    request.addEventListener("error", () => reject(new Problem(0, { given: t("offline"), do: t("offline_do") })));
    request.send(form);
  });
}
