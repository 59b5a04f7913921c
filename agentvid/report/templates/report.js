"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---------------------------------------------------------------- light or dark
  const stored = (() => { try { return localStorage.getItem("agentvid-theme"); } catch { return null; } })();
  if (stored === "light" || stored === "dark") root.dataset.theme = stored;
  document.getElementById("theme").addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("agentvid-theme", root.dataset.theme); } catch { /* a page from a file may not remember */ }
  });

  // ---------------------------------------------------------------- clips play while they are in view
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  if (!calm) {
    const stopped = new WeakSet();
    const watcher = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of entries) {
        if (isIntersecting && !stopped.has(target)) target.play().catch(() => {});
        else if (!isIntersecting && !target.paused) { target.dataset.left = "1"; target.pause(); }
      }
    }, { threshold: 0.2 });
    for (const video of all("video")) {
      video.addEventListener("pause", () => { if (video.dataset.left) delete video.dataset.left; else stopped.add(video); });
      video.addEventListener("play", () => stopped.delete(video));
      watcher.observe(video);
    }
  }

  // ---------------------------------------------------------------- before and after
  for (const compare of all(".compare")) {
    const slider = compare.querySelector("input");
    const move = () => compare.style.setProperty("--at", `${slider.value}%`);
    slider.addEventListener("input", move);
    move();
  }

  // ---------------------------------------------------------------- a reference lights up the step it comes from
  const light = (step, on) => {
    document.getElementById(step)?.classList.toggle("lit", on);
    for (const node of all(".node")) if (node.dataset.step === step) node.classList.toggle("lit", on);
  };
  for (const link of all("a[data-step]")) {
    const isNode = link.classList.contains("node");
    const show = (on) => {
      light(link.dataset.step, on);
      if (isNode) for (const edge of all(".edge")) {
        if (edge.dataset.from === link.dataset.step || edge.dataset.to === link.dataset.step) edge.classList.toggle("lit", on);
      }
    };
    for (const event of ["pointerenter", "focus"]) link.addEventListener(event, () => show(true));
    for (const event of ["pointerleave", "blur"]) link.addEventListener(event, () => show(false));
  }

  // ---------------------------------------------------------------- copying a command
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); return true; } catch { /* not allowed from a file here: the old way */ }
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const did = document.execCommand("copy");
    area.remove();
    return did;
  };
  for (const button of all(".copy")) {
    const label = button.querySelector("span");
    const before = label.textContent;
    button.addEventListener("click", async () => {
      if (!(await copy(button.parentElement.querySelector("code").textContent))) return;
      label.textContent = button.dataset.done;
      button.classList.add("did");
      setTimeout(() => { label.textContent = before; button.classList.remove("did"); }, 1600);
    });
  }

  // ---------------------------------------------------------------- drawing a box or a point fills in the command
  const clamp = (value, most) => Math.min(Math.max(value, 0), most);
  const arm = (pick, kind, value) => {
    const [rect, circle] = [pick.querySelector("rect"), pick.querySelector("circle")];
    pick.hidden = false;
    let start = null;
    const at = (event) => {
      const frame = pick.getBoundingClientRect();
      const [width, height] = [Number(pick.dataset.width), Number(pick.dataset.height)];
      const [x, y] = [clamp(event.clientX - frame.left, frame.width), clamp(event.clientY - frame.top, frame.height)];
      return { x, y, px: Math.round((x / frame.width) * width), py: Math.round((y / frame.height) * height) };
    };
    const drawPoint = (now) => {
      circle.setAttribute("cx", now.x);
      circle.setAttribute("cy", now.y);
      circle.classList.add("on");
      value.textContent = `${now.px},${now.py}`;
    };
    const drawBox = (now) => {
      const [x0, x1] = [start, now].sort((a, b) => a.x - b.x);
      const [y0, y1] = [start, now].sort((a, b) => a.y - b.y);
      for (const [name, n] of [["x", x0.x], ["y", y0.y], ["width", x1.x - x0.x], ["height", y1.y - y0.y]]) rect.setAttribute(name, n);
      rect.classList.add("on");
      if (x1.px > x0.px && y1.py > y0.py) value.textContent = `${x0.px},${y0.py},${x1.px},${y1.py}`;
    };
    pick.onpointerdown = (event) => {
      event.preventDefault();
      pick.setPointerCapture(event.pointerId);
      start = at(event);
      if (kind === "point") drawPoint(start);
    };
    pick.onpointermove = (event) => {
      if (!start) return;
      if (kind === "point") drawPoint(at(event)); else drawBox(at(event));
    };
    pick.onpointerup = pick.onpointercancel = () => { start = null; };
  };
  const disarm = (pick) => {
    pick.hidden = true;
    for (const drawn of all(".drawn", pick)) drawn.classList.remove("on");
  };
  for (const card of all(".card")) {
    const pick = card.querySelector(".pick");
    if (!pick) continue;
    const waits = card.querySelector(".callout[data-pick]:not([data-pick=''])");
    if (waits) arm(pick, waits.dataset.pick, waits.querySelector("[data-value]"));
    const corrections = all("details.correct[data-pick]:not([data-pick=''])", card);
    for (const details of corrections) {
      details.addEventListener("toggle", () => {
        if (details.open) {
          for (const other of corrections) if (other !== details) other.open = false;
          disarm(pick);
          arm(pick, details.dataset.pick, details.querySelector("[data-value]"));
        } else if (!corrections.some((other) => other.open)) disarm(pick);
      });
    }
  }

  // ---------------------------------------------------------------- a picture enlarged
  const box = document.getElementById("lightbox");
  for (const button of all(".zoom")) {
    button.addEventListener("click", () => {
      const picture = button.querySelector("img");
      const large = box.querySelector("img");
      large.src = picture.src;
      large.alt = picture.alt;
      box.showModal();
    });
  }
  box.addEventListener("click", (event) => { if (event.target === box || event.target.tagName === "IMG") box.close(); });
})();
