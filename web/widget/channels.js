/** The way into WeChat and back: a code that carries the conversation there, and the conversation that was here
 *  before a link from there was opened. */

import { h } from "./dom.js";
import { texts } from "./texts.js";
import { moment } from "./when.js";

const COPIED_MS = 3000;

/** The token in an address that ends in #join=…; null where there is none. */
export function linkIn(hash) {
  return /^#join=([\w.-]+)$/.exec(hash)?.[1] ?? null;
}

export class Channels {
  #getCode;
  #resized;
  #wechat = h("button", { type: "button", class: "link", hidden: true, onclick: () => this.#show() }, texts.wechat.go);
  #back = h("button", { type: "button", class: "link", hidden: true }, texts.wechat.back);
  #card = h("div", { class: "code-card", role: "group", "aria-label": texts.wechat.go, hidden: true });
  node = h("div", { class: "channels", hidden: true }, this.#card, this.#wechat, this.#back);

  /** `code()` resolves to {code, expires_at}; `back()` shows the conversation before; `resized()` is told
   *  when what is above has more or less room. */
  constructor({ code, back, resized }) {
    this.#getCode = code;
    this.#resized = resized;
    this.#back.addEventListener("click", back);
  }

  update({ wechat, earlier }) {
    this.#wechat.hidden = !wechat;
    this.#back.hidden = !earlier;
    if (!wechat) this.#card.hidden = true;
    const hidden = !wechat && !earlier;
    if (hidden === this.node.hidden) return;
    this.node.hidden = hidden;
    this.#resized();
  }

  async #show() {
    this.#wechat.disabled = true;
    try {
      this.#card.replaceChildren(...codeCard(await this.#getCode(), () => this.#close()));
    } catch (error) {
      const said = error.status ? error.message : texts.wechat.noLine;
      this.#card.replaceChildren(h("p", { role: "status" }, said), closing(() => this.#close()));
    }
    this.#card.hidden = false;
    this.#resized();
    this.#card.querySelector("button").focus();
    this.#wechat.disabled = false;
  }

  #close() {
    this.#card.hidden = true;
    this.#resized();
    this.#wechat.focus();
  }
}

function codeCard({ code, expires_at }, close) {
  const words = texts.wechat.say(code);
  const said = h("span", { role: "status" });
  const copy = h("button", { type: "button", class: "plain" }, texts.wechat.copy);
  copy.addEventListener("click", async () => {
    await navigator.clipboard.writeText(words);
    said.textContent = texts.wechat.copied;
    setTimeout(() => (said.textContent = ""), COPIED_MS);
  });
  return [
    h("p", {}, texts.wechat.how),
    h("p", { class: "code" }, words),
    h("p", { class: "code-until" }, texts.wechat.until(moment(expires_at))),
    // A page that is not on https may not write to the clipboard.
    h("p", { class: "code-acts" }, navigator.clipboard ? copy : null, closing(close), said),
  ];
}

function closing(close) {
  return h("button", { type: "button", class: "plain", onclick: close }, texts.close);
}
