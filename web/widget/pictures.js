/** Pictures that the customer sent in WeChat, in the web view of the same conversation. */

import { h, icon } from "./dom.js";
import { texts } from "./texts.js";

const MOST_WIDTH_PX = 160;
const MOST_HEIGHT_PX = 160;
// What the channel writes where a message is nothing but a picture.
const NO_WORDS = "〔图片〕";

/** Whether the pictures say it all: then a bubble that only says that there is one can go. */
export function speaksForItself(text, pictures) {
  return text === NO_WORDS && pictures.every((picture) => picture.state === "kept");
}

/** One message's pictures. `load(id, size)` resolves to a Blob. */
export function pictureGroup(pictures, load) {
  return h("div", { class: "pictures" }, ...pictures.map((picture) => one(picture, load)));
}

function one(picture, load) {
  if (picture.state !== "kept") {
    const sign = picture.state === "pending" ? "clock" : "warn";
    return h("p", { class: "picture-said" }, icon(sign), h("span", {}, texts.picture[picture.state] ?? picture.state));
  }
  const image = h("img", { alt: texts.picture.kept, ...fitting(picture) });
  const button = h("button", { type: "button", class: "picture", "aria-label": texts.picture.open }, image);
  button.addEventListener("click", () => enlarge(button, () => load(picture.id, "large")));
  show(image, load(picture.id, "small")).catch(() => button.replaceChildren(h("span", {}, texts.picture.notLoaded)));
  return button;
}

/** Known before the picture is there: what is below keeps its place. */
function fitting({ width, height }) {
  const shrink = Math.min(1, MOST_WIDTH_PX / width, MOST_HEIGHT_PX / height);
  return { width: Math.max(1, Math.round(width * shrink)), height: Math.max(1, Math.round(height * shrink)) };
}

async function show(image, loading) {
  const address = URL.createObjectURL(await loading);
  image.addEventListener("load", () => {
    URL.revokeObjectURL(address);
    image.classList.toggle("tall", image.naturalHeight > image.naturalWidth);
  });
  image.src = address;
}

function enlarge(button, load) {
  const said = h("p", { role: "status" }, texts.picture.loading);
  const close = h("button", { type: "button", class: "plain", onclick: () => dialog.close() }, texts.close);
  const dialog = h("dialog", { class: "large-picture", "aria-label": texts.picture.kept }, close, said);
  dialog.addEventListener("close", () => {
    dialog.remove();
    button.focus();
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  button.closest(".frame").append(dialog);
  dialog.showModal();
  const image = h("img", { alt: texts.picture.kept });
  show(image, load()).then(
    () => said.replaceWith(image),
    () => (said.textContent = texts.picture.notLoaded),
  );
}
