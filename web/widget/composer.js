/** Where the customer writes: Enter sends, Shift+Enter breaks the line, and no key sends while an IME composes. */

import { h, icon } from "./dom.js";
import { MAX_TEXT, texts } from "./texts.js";

const TELL_FROM = 1800;
const TYPING_EVERY_MS = 3000;
// keyCode of a key that the IME took: older Safari ends the composition before this keydown.
const IME_KEY = 229;

export class Composer {
  #send;
  #keepDraft;
  #typing;
  #toldTyping = -Infinity;
  #composing = false;
  #field = h("textarea", {
    id: "text",
    rows: "1",
    enterkeyhint: "send",
    autocomplete: "off",
    placeholder: texts.placeholder,
    "aria-describedby": "limit",
  });
  #button = h("button", { type: "submit", class: "send" }, icon("send"), h("span", {}, texts.send));
  #limit = h("p", { id: "limit", class: "limit", role: "status" });
  node = h(
    "form",
    { class: "composer" },
    h("label", { for: "text", class: "unseen" }, texts.input),
    this.#field,
    this.#button,
    this.#limit,
  );

  /** `send(text)` gets what is to be sent; `keepDraft(text)` what stands there unsent; `typing()`
   *  is called now and then while the customer writes. */
  constructor({ send, keepDraft, draft, typing }) {
    this.#send = send;
    this.#typing = typing;
    this.#keepDraft = keepDraft;
    this.#field.value = draft;
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#field.addEventListener("compositionstart", () => (this.#composing = true));
    this.#field.addEventListener("compositionend", () => (this.#composing = false));
    this.#field.addEventListener("input", () => {
      this.#changed();
      this.#tellTyping();
    });
    this.#field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey) return;
      if (this.#composing || event.isComposing || event.keyCode === IME_KEY) return;
      event.preventDefault();
      this.#submit();
    });
    this.#changed();
  }

  focus() {
    this.#field.focus();
  }

  /** Puts words in the field for the customer to look over; they are not sent. */
  insert(text) {
    this.#field.value = this.#field.value ? `${this.#field.value}${text}` : text;
    this.#changed();
    this.focus();
  }

  /** The example helps with the first words only. */
  begun(yes) {
    this.#field.placeholder = yes ? texts.placeholderLater : texts.placeholder;
  }

  #submit() {
    const text = this.#field.value.trim();
    if (!text || length(text) > MAX_TEXT) return;
    this.#field.value = "";
    this.#changed();
    this.#send(text);
  }

  #tellTyping() {
    const now = performance.now();
    if (!this.#field.value.trim() || now - this.#toldTyping < TYPING_EVERY_MS) return;
    this.#toldTyping = now;
    this.#typing();
  }

  #changed() {
    const count = length(this.#field.value.trim());
    const over = count > MAX_TEXT;
    this.#keepDraft(this.#field.value);
    this.#button.disabled = count === 0 || over;
    this.#field.toggleAttribute("aria-invalid", over);
    if (over) this.#field.setAttribute("aria-invalid", "true");
    this.#limit.classList.toggle("over", over);
    this.#limit.textContent = over ? texts.tooLong(count) : count >= TELL_FROM ? texts.left(MAX_TEXT - count) : "";
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight + 2}px`;
  }
}

/** Counted in characters as the server counts them, not in UTF-16 units. */
function length(text) {
  return [...text].length;
}
