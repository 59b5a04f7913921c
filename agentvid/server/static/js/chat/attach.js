// Files of a message: dropped, pasted, chosen; each with a small picture and how far its upload is.

import { h, icon, square, fill } from "../core/dom.js";
import { t } from "../core/words.js";
import { thumbPath, upload } from "../core/api.js";
import { announce, complain } from "../core/live.js";

/** The row of files. `changed` is called when one comes, goes or is ready. */
export function makeAttachments(changed) {
  const items = [];
  const list = h("ul", { class: "attached", "aria-label": t("attached") });
  const draw = () => { fill(list, items.map((item) => item.element)); changed(); };
  const drop = (item) => { items.splice(items.indexOf(item), 1); draw(); };

  async function add(file) {
    const item = { file, artifact: null, isFailed: false };
    const bar = h("progress", { max: 1, value: 0, "aria-label": `${t("uploading")} ${file.name}` });
    const face = h("span", { class: "face" }, icon(file.type.startsWith("video") ? "clip" : file.type.startsWith("audio") ? "sound" : "file"));
    item.element = h("li", { title: file.name }, face, bar, square("close", `${t("remove")}: ${file.name}`, () => drop(item)));
    items.push(item);
    draw();
    try {
      item.artifact = await upload(file, (share) => { bar.value = share; });
      bar.remove();
      if (["image", "video"].includes(item.artifact.type)) face.replaceWith(h("img", { src: thumbPath(item.artifact.artifact, 256), alt: file.name }));
      announce(`${file.name}: ${t("uploaded")}`);
    } catch (error) {
      item.isFailed = true;
      item.element.classList.add("failed");
      bar.remove();
      complain(error);
    }
    changed();
  }
  /** Put an artifact of the store into the row. */
  function use(artifact, name) {
    const item = { file: { name }, artifact, isFailed: false };
    item.element = h("li", { title: name }, h("img", { src: thumbPath(artifact.artifact, 256), alt: name }), square("close", `${t("remove")}: ${name}`, () => drop(item)));
    items.push(item);
    draw();
  }
  return {
    element: list, use,
    add: (files) => [...files].forEach(add),
    get artifacts() { return items.filter((item) => item.artifact).map((item) => item.artifact.artifact); },
    get isBusy() { return items.some((item) => !item.artifact && !item.isFailed); },
    get isEmpty() { return items.length === 0; },
    clear() { items.length = 0; draw(); },
  };
}

/** Take dropped and pasted files anywhere on the page. */
export function takeFiles(area, attachments) {
  let veil = null, depth = 0;
  const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    veil ??= area.appendChild(h("div", { class: "drop" }, t("drop_here")));
  });
  const gone = () => { depth = 0; veil?.remove(); veil = null; };
  document.addEventListener("dragleave", () => { depth -= 1; if (depth <= 0) gone(); });
  document.addEventListener("dragover", (event) => hasFiles(event) && event.preventDefault());
  document.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    gone();
    attachments.add(event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) { event.preventDefault(); attachments.add(files); }
  });
}
