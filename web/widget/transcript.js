/** The list of messages on screen: server order, unsent ones last, the newest in sight. */

import { h, icon, last } from "./dom.js";
import { messageItem, noteItem, setChoices, timeMark } from "./messages.js";
import { shownText } from "./outbox.js";
import { pictureGroup, speaksForItself } from "./pictures.js";
import { openQuestion } from "./questions.js";
import { texts } from "./texts.js";

const TIME_MARK_GAP_MS = 10 * 60_000;
// Messages that come closer together than this are one answer.
const ONE_TURN_MS = 1500;
const NEAR_END_PX = 80;

export class Transcript {
  #entries = [];
  #on;
  #pictures = [];
  #firstUnread = null;
  // Whether what arrives is scrolled to: until the customer scrolls away, and again from the end on.
  #following = true;
  #scrolledTo = 0;
  #arrivedAt = 0;
  #list = h("ol");
  #log = h("div", { role: "log", "aria-live": "polite", "aria-label": texts.log }, this.#list);
  #typing = h("p", { class: "typing", role: "status" });
  #newer = h("button", { type: "button", class: "newer", hidden: true, "aria-label": texts.newer }, icon("down"));
  #ending = h("div", { class: "ending" });
  #scroll = h(
    "div",
    { class: "scroll", tabindex: "0", role: "region", "aria-label": texts.log },
    this.#log,
    this.#typing,
    this.#ending,
  );
  node = h("div", { class: "transcript" }, this.#scroll, this.#newer);

  /** `on.choose(message, choice)`, `on.ticket()`, `on.edit(text)`, `on.picture(id, size)`. */
  constructor(on) {
    this.#on = on;
    this.#newer.addEventListener("click", () => {
      this.#follow();
      this.toEnd();
      this.#scroll.focus();
    });
    this.#scroll.addEventListener("scroll", () => this.#scrolled(), { passive: true });
  }

  get latest() {
    return last(this.#entries, (entry) => entry.message && entry.sender !== "system")?.message ?? null;
  }

  clear() {
    this.#entries = [];
    this.#pictures = [];
    this.#list.replaceChildren();
    this.ending();
    this.typing(false);
  }

  show(messages, history) {
    // What was said before a reload is not read aloud again.
    if (history) this.#hush();
    this.#keepInSight(history, () => {
      messages.forEach((message) => this.#place(message));
      this.#hang();
    });
  }

  /** All pictures of the conversation as they stand now. */
  pictures(known) {
    this.#pictures = known;
    this.#keepInSight(false, () => this.#hang());
  }

  queue(entry, delayed) {
    const message = { sender: "customer", text: shownText(entry) };
    const added = this.#insert({
      ...message,
      order: Infinity,
      clientId: entry.client_id,
      after: entry.after,
      item: messageItem(message, this.#on),
    });
    this.#follow();
    this.#state(added, delayed ? texts.queued : texts.sending);
    this.#refresh();
    this.toEnd();
  }

  acknowledge(entry, message) {
    const waiting = this.#unsent(entry.client_id);
    if (!waiting) return;
    if (this.#entries.some((other) => other.id === message.id)) this.#remove(waiting);
    else this.#settle(waiting, message);
    this.#refresh();
  }

  /** The line is gone: nothing is being sent just now. */
  stall() {
    for (const entry of this.#entries) if (entry.clientId && !entry.refused) this.#state(entry, texts.queued);
  }

  delay(entry, text) {
    const waiting = this.#unsent(entry.client_id);
    if (waiting) this.#state(waiting, text);
  }

  refuse(entry, text) {
    const waiting = this.#unsent(entry.client_id);
    if (!waiting) return;
    const edit = () => {
      this.#remove(waiting);
      this.#on.edit(waiting.text);
    };
    waiting.clientId = null;
    waiting.refused = true;
    const again = h("button", { type: "button", class: "link", onclick: edit }, texts.editAgain);
    this.#state(waiting, text, again);
    this.#refresh();
  }

  note(text) {
    const order = (last(this.#entries, (entry) => entry.order !== Infinity)?.order ?? 0) + 0.001;
    this.#keepInSight(false, () => this.#insert({ sender: "system", order, note: true, item: noteItem(text) }));
  }

  typing(who) {
    const word = who ? `${texts.who[who] ?? texts.who.bot}${texts.typing}` : "";
    if (this.#typing.dataset.word === word) return;
    this.#typing.dataset.word = word;
    this.#keepInSight(false, () => {
      const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
      this.#typing.replaceChildren(...(word ? [dots, word] : []));
    });
  }

  ending(...nodes) {
    this.#keepInSight(false, () => this.#ending.replaceChildren(...nodes));
  }

  /** Something beside it has grown or gone. */
  resized() {
    if (this.#following) this.toEnd();
  }

  toEnd() {
    const end = this.#scroll.scrollHeight - this.#scroll.clientHeight;
    // A long answer is read from its beginning, so its first line stays in sight.
    // Where more came than fits, the beginning of the newest is in sight too.
    const newest = last(this.#entries, (entry) => entry.order !== Infinity)?.item;
    const least = newest ? newest.offsetTop + Math.min(newest.offsetHeight, 64) - this.#scroll.clientHeight : 0;
    const top = this.#firstUnread ? Math.max(this.#firstUnread.offsetTop - 12, least) : end;
    this.#scroll.scrollTop = Math.min(end, top);
    this.#scrolledTo = this.#scroll.scrollTop;
    this.#newer.hidden = this.#nearEnd();
  }

  /** Puts each picture under its message, anew only where its state has changed. */
  #hang() {
    for (const { id, item, text } of this.#pictures.length ? this.#entries : []) {
      const own = this.#pictures.filter((picture) => picture.message_id === id);
      const states = own.map((picture) => picture.id + picture.state).join(" ");
      if (!own.length || item.dataset.pictures === states) continue;
      item.dataset.pictures = states;
      item.querySelector(".pictures")?.remove();
      item.classList.toggle("pictured", speaksForItself(text, own));
      item.append(pictureGroup(own, this.#on.picture));
    }
  }

  #place(message) {
    if (this.#entries.some((entry) => entry.id === message.id)) return;
    const twin = message.sender === "customer" && this.#twin(message);
    if (twin) {
      this.#settle(twin, message);
      return;
    }
    const { id, seq: order, sender, text, choices } = message;
    const item = messageItem(message, this.#on);
    const entry = this.#insert({ id, order, sender, text, choices, message, item });
    this.#markTime(entry);
    if (sender === "customer" || !this.#following) return;
    const nextTurn = Date.now() - this.#arrivedAt > ONE_TURN_MS;
    this.#arrivedAt = Date.now();
    // What came before had its time to be read; and a question's buttons must be in sight, whatever led to it.
    if (nextTurn || choices?.length) this.#firstUnread = item;
    else this.#firstUnread ??= item;
  }

  /** The unsent bubble that this stored message is: by client id where the server tells it, else by its words. */
  #twin(message) {
    const known = message.client_id && this.#unsent(message.client_id);
    if (known || message.client_id) return known;
    return this.#entries.find(
      (entry) => entry.clientId && !entry.id && entry.text === message.text && message.seq > entry.after,
    );
  }

  #settle(entry, message) {
    entry.id = message.id;
    entry.message = message;
    entry.order = message.seq;
    entry.clientId = null;
    this.#state(entry, "");
    const at = this.#entries.indexOf(entry);
    const next = this.#entries[at + 1];
    const previous = this.#entries[at - 1];
    if ((next && next.order < entry.order) || (previous && previous.order > entry.order)) {
      this.#entries.splice(at, 1);
      this.#insert(entry);
    }
    this.#markTime(entry);
  }

  #insert(entry) {
    let at = this.#entries.length;
    while (at > 0 && this.#entries[at - 1].order > entry.order) at -= 1;
    this.#list.insertBefore(entry.item, this.#entries[at]?.item ?? null);
    this.#entries.splice(at, 0, entry);
    return entry;
  }

  #remove(entry) {
    entry.item.remove();
    this.#entries.splice(this.#entries.indexOf(entry), 1);
  }

  #unsent(clientId) {
    return this.#entries.find((entry) => entry.clientId === clientId);
  }

  #state(entry, text, action = null) {
    entry.item.querySelector(".state")?.remove();
    if (!text) return;
    const line = h("p", { class: "state" }, h("span", {}, text), action);
    line.classList.toggle("refused", Boolean(entry.refused));
    if (entry.refused) line.prepend(icon("warn"));
    entry.item.append(line);
  }

  #markTime(entry) {
    const at = entry.message?.created_at;
    if (!at || entry.item.querySelector(".time")) return;
    const index = this.#entries.indexOf(entry);
    const before = last(this.#entries.slice(0, index), (other) => other.message?.created_at);
    const since = before ? Date.parse(before.message.created_at) : Date.now();
    if (Math.abs(Date.parse(at) - since) > TIME_MARK_GAP_MS) entry.item.prepend(timeMark(at));
  }

  #refresh() {
    const spoken = this.#entries.filter((entry) => !entry.note && !entry.refused);
    const { open, chosen } = openQuestion(spoken);
    for (const entry of spoken) {
      if (!entry.choices?.length) continue;
      setChoices(entry.item, { open: entry.id === open, chosen: chosen.get(entry.id) ?? null });
    }
  }

  #keepInSight(always, change) {
    this.#scrolled(); // the event of a scroll comes a frame later than the scroll
    change();
    this.#refresh();
    if (always) this.#follow();
    if (this.#following) this.toEnd();
    else this.#newer.hidden = this.#nearEnd();
  }

  #follow() {
    this.#following = true;
    this.#firstUnread = null;
  }

  #scrolled() {
    if (this.#nearEnd()) this.#newer.hidden = true;
    if (Math.abs(this.#scroll.scrollTop - this.#scrolledTo) < 2) return;
    this.#firstUnread = null;
    this.#following = this.#nearEnd();
  }

  #nearEnd() {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR_END_PX;
  }

  #hush() {
    this.#log.setAttribute("aria-live", "off");
    setTimeout(() => this.#log.setAttribute("aria-live", "polite"), 500);
  }
}
