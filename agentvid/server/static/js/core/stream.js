// The server's events of a session, in order, without loss: a broken connection goes on after the last number seen.

import { sessionPath } from "./api.js";

const KINDS = ["thought_delta", "chain", "step_started", "progress", "preview", "step_done", "waiting", "cost", "tokens", "warning", "answer", "turn", "status", "phase", "error", "done", "accepted"];

/** Listen to a session; `hear` gets each event, `linked` whether the line is up. Returns how to stop. */
export function listen(session, hear, linked = () => {}, after = null) {
  let source, timer, last = after, wait = 500, stopped = false;
  const take = (message) => {
    if (message.lastEventId) last = message.lastEventId;
    if (!message.data) return;
    hear(JSON.parse(message.data), message.lastEventId);
  };
  const open = () => {
    const query = last === null ? "" : `?after=${encodeURIComponent(last)}`;
    source = new EventSource(`${sessionPath(session)}/events${query}`);
    source.addEventListener("open", () => { wait = 500; linked(true); });
    source.addEventListener("message", take);
    for (const kind of KINDS) if (kind !== "error") source.addEventListener(kind, take);
    source.addEventListener("error", () => {
      linked(false);
      if (source.readyState !== EventSource.CLOSED || stopped) return;
      timer = setTimeout(open, wait);
      wait = Math.min(wait * 2, 15000);
    });
  };
  open();
  const stop = () => { stopped = true; clearTimeout(timer); source.close(); };
  addEventListener("pagehide", stop, { once: true });
  return stop;
}
