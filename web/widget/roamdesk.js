/** <roamdesk-chat>: the customer's chat with RoamDesk, for any page.
 *
 *    <script type="module" src="https://…/widget/roamdesk.js"></script>
 *    <roamdesk-chat></roamdesk-chat>
 *
 *  Attributes: inline (stands in the page instead of behind a button), open, theme="light|dark",
 *  data-api (base address of the API; by default where this file came from).
 *  An address that ends in #join=… opens the conversation that this link from WeChat stands for.
 *  Methods: show(), close(), insert(text), restart(). */

import { Channels, linkIn } from "./channels.js";
import { Composer } from "./composer.js";
import { Conversation } from "./conversation.js";
import { h, icon, last, styleSheet } from "./dom.js";
import { Outbox } from "./outbox.js";
import { ratingForm, restartButton } from "./rating.js";
import { Storage } from "./storage.js";
import { texts } from "./texts.js";
import { statusWord, ticketCard } from "./ticket.js";
import { Transcript } from "./transcript.js";
import { Transport } from "./transport.js";

const SHEETS = ["tokens.css", "widget.css", "transcript.css", "ticket.css", "channels.css"];
const TYPING_LIMIT_MS = 20_000;
// A connection that is there within this time needs no word about it.
const PATIENCE_MS = 1200;
const PHONE = matchMedia("(max-width: 640px)");

class RoamDeskChat extends HTMLElement {
  static observedAttributes = ["open", "inline"];

  #storage;
  #outbox;
  #conversation;
  #transcript;
  #composer;
  #channels;
  #launcher = h("button", { type: "button", class: "launcher", "aria-expanded": "false", "aria-controls": "panel" });
  #face = h("span", { class: "face" });
  #served = h("p", { class: "served" });
  #human = h("button", { type: "button", class: "human", onclick: () => this.#askForPerson() });
  #close = h("button", { type: "button", class: "close", "aria-label": texts.close, onclick: () => this.close() }, icon("close"));
  #strip = h("p", { class: "strip", role: "status", hidden: true });
  #ticketBar = h("details", { class: "ticket-bar", hidden: true });
  #ticketCard = null;
  #panel;
  #link = "connecting";
  #linkMessage = "";
  #everOnline = false;
  #pending = [];
  #state = { mode: "auto", waiting: false, typing: false, wechat: false };
  #unread = 0;
  #typingTimer = null;
  #patience = null;

  connectedCallback() {
    if (!this.#panel) this.#build();
    this.#layout();
    PHONE.addEventListener("change", this.#layout);
    window.visualViewport?.addEventListener("resize", this.#fitKeyboard);
    window.visualViewport?.addEventListener("scroll", this.#fitKeyboard);
    addEventListener("hashchange", this.#takeLink);
    this.#takeLink();
    // With a conversation going on, an agent's answer must be noticed while the panel is closed.
    if (this.#visible || this.#conversation.id) this.#begin();
  }

  disconnectedCallback() {
    removeEventListener("hashchange", this.#takeLink);
    PHONE.removeEventListener("change", this.#layout);
    window.visualViewport?.removeEventListener("resize", this.#fitKeyboard);
    window.visualViewport?.removeEventListener("scroll", this.#fitKeyboard);
    this.#conversation.stop();
  }

  attributeChangedCallback() {
    if (!this.#panel) return;
    this.#layout();
    if (this.#visible) this.#begin();
  }

  show() {
    this.setAttribute("open", "");
    // On a phone the keyboard would cover half of what is to be read first.
    if (PHONE.matches) this.#panel.focus();
    else this.#composer.focus();
    this.#transcript.toEnd();
  }

  close() {
    this.removeAttribute("open");
    this.#launcher.focus();
  }

  insert(text) {
    if (!this.#visible) this.show();
    this.#composer.insert(text);
  }

  restart() {
    this.#conversation.restart();
    this.#composer.focus();
  }

  get #visible() {
    return this.hasAttribute("inline") || this.hasAttribute("open");
  }

  #build() {
    const base = this.dataset.api || new URL("..", import.meta.url).href;
    const transport = new Transport(base);
    this.#storage = new Storage(transport.base);
    this.#outbox = new Outbox(this.#storage);
    this.#conversation = new Conversation({
      transport,
      storage: this.#storage,
      outbox: this.#outbox,
      notify: (event, detail) => this.#heard[event](detail),
    });
    this.#transcript = new Transcript({
      choose: (message, choice) => this.#choose(message, choice),
      ticket: () => this.#refreshTicket(),
      edit: (text) => this.#composer.insert(text),
      picture: (id, size) => this.#conversation.picture(id, size),
    });
    this.#channels = new Channels({
      code: () => this.#conversation.code(),
      back: () => this.#conversation.goTo(this.#conversation.earlier),
      resized: () => this.#transcript.resized(),
    });
    this.#composer = new Composer({
      send: (text) => this.#say({ text }),
      keepDraft: (text) => this.#storage.set("draft", text),
      draft: this.#storage.get("draft", ""),
      typing: () => this.#conversation.typing(),
    });
    this.#panel = h(
      "section",
      { class: "panel", id: "panel", tabindex: "-1", "aria-label": texts.title },
      h(
        "header",
        {},
        this.#face,
        h("div", { class: "title" }, h("h2", {}, texts.title), this.#served),
        this.#human,
        this.#close,
      ),
      this.#strip,
      this.#ticketBar,
      this.#transcript.node,
      this.#channels.node,
      this.#composer.node,
    );
    this.#launcher.append(icon("chat"), h("span", { class: "badge", hidden: true }));
    this.#launcher.addEventListener("click", () => (this.#visible ? this.close() : this.show()));
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    const root = this.attachShadow({ mode: "open" });
    const frame = h("div", { class: "frame", hidden: true }, this.#panel, this.#launcher);
    const sheets = SHEETS.map((file) => styleSheet(file));
    root.append(...sheets.map((sheet) => sheet.node), frame);
    Promise.all(sheets.map((sheet) => sheet.loaded)).then(() => {
      frame.hidden = false;
      this.#transcript.toEnd();
    });
    this.#showUnsent();
    this.#tellServed();
  }

  #takeLink = () => {
    const link = linkIn(location.hash);
    if (!link) return;
    this.#conversation.join(link);
    if (!this.#visible) this.show();
  };

  /** Gone from the address once it was used: a reload or a copied address must not open it again. */
  #dropLink() {
    if (linkIn(location.hash)) history.replaceState(history.state, "", location.pathname + location.search);
  }

  #begin() {
    this.#patience ??= setTimeout(() => this.#tellLink(), PATIENCE_MS);
    this.#conversation.start();
  }

  #layout = () => {
    const shown = this.#visible;
    const inline = this.hasAttribute("inline");
    this.#panel.hidden = !shown;
    this.#launcher.hidden = inline;
    this.#close.hidden = inline;
    this.#launcher.setAttribute("aria-expanded", String(shown));
    if (inline) {
      this.#panel.removeAttribute("role");
      this.#panel.removeAttribute("aria-modal");
    } else {
      this.#panel.setAttribute("role", "dialog");
      this.#panel.setAttribute("aria-modal", String(PHONE.matches));
    }
    if (shown) this.#unread = 0;
    this.#tellUnread();
    this.#fitKeyboard();
    if (shown) this.#transcript.toEnd();
  };

  /** On phones the soft keyboard shrinks the visual viewport only: the panel follows it. */
  #fitKeyboard = () => {
    const view = window.visualViewport;
    const full = view && PHONE.matches && !this.hasAttribute("inline");
    this.#panel.style.height = full ? `${view.height}px` : "";
    this.#panel.style.top = full ? `${view.offsetTop}px` : "";
    if (full) this.#transcript.toEnd();
  };

  #key(event) {
    if (this.hasAttribute("inline")) return;
    if (event.key === "Escape" && !event.isComposing) {
      event.stopPropagation();
      this.close();
    }
    if (event.key !== "Tab" || !PHONE.matches) return;
    // Full screen means that nothing else is there to go to.
    const stops = [...this.#panel.querySelectorAll("button, textarea, summary, input, [tabindex='0']")].filter(
      (node) => !node.disabled && node.offsetParent,
    );
    const leaving = event.shiftKey ? stops[0] : stops.at(-1);
    if (this.shadowRoot.activeElement !== leaving) return;
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }

  #say(content) {
    this.#transcript.ending();
    this.#conversation.send(content);
  }

  #choose(message, choice) {
    if (message.asks) this.#say({ choice: { fact: message.asks, value: choice.value }, label: choice.label });
    else this.#say({ text: choice.label });
    // The pressed button is disabled now: the keyboard goes on where the answer will be given.
    if (!PHONE.matches) this.#composer.focus();
  }

  #askForPerson() {
    this.#say({ text: texts.human });
    if (!PHONE.matches) this.#composer.focus();
  }

  #heard = {
    link: ({ state, message }) => {
      this.#link = state;
      this.#linkMessage = message ?? "";
      if (state === "online") this.#everOnline = true;
      else this.#transcript.stall();
      this.#tellLink();
    },
    pending: (parts) => {
      this.#pending = parts;
      this.#tellLink();
    },
    queued: (entry) => {
      this.#transcript.queue(entry, this.#link !== "online");
    },
    acknowledged: ({ entry, message }) => {
      this.#transcript.acknowledge(entry, message);
      this.#expectTyping(message.seq);
    },
    delayed: ({ entry, error }) => this.#transcript.delay(entry, texts.delayed(bare(error.message))),
    refused: ({ entry, error }) => this.#transcript.refuse(entry, texts.refused(error.message)),
    messages: ({ messages, history }) => this.#receive(messages, history),
    state: (state) => {
      this.#state = { ...this.#state, ...state };
      this.#typing(state.typing ?? false);
      if (state.ticket?.number) this.#showTicket(state.ticket);
      if (state.pictures) this.#transcript.pictures(state.pictures);
      this.#tellServed();
    },
    expired: (unsent) => {
      this.#forget();
      this.#transcript.note(texts.expired + (unsent.length ? texts.expiredUnsent(unsent.length) : ""));
      this.#showUnsent();
    },
    adopted: () => {
      this.#forget();
      this.#showUnsent();
    },
    joined: ({ fresh }) => {
      this.#dropLink();
      const kept = fresh && this.#conversation.earlier;
      this.#transcript.note(texts.wechat.joined + (kept ? texts.wechat.joinedEarlier : ""));
    },
    notJoined: (error) => {
      this.#dropLink();
      this.#transcript.note(error.message);
    },
    offlineLong: () => this.#transcript.note(texts.longOffline),
    back: (count) => this.#transcript.note(texts.backOnline(count)),
  };

  #receive(messages, history) {
    this.#transcript.show(messages, history);
    const theirs = messages.filter((message) => message.sender !== "customer");
    if (theirs.length) this.#typing(false);
    if (!this.#visible && !history) this.#unread += theirs.length;
    this.#tellUnread();
    if (messages.some((message) => message.sender === "customer")) this.#composer.begun(true);
    const ticket = last(messages, (message) => message.ticket)?.ticket;
    if (ticket) this.#showTicket(ticket);
    this.#offerEnding();
  }

  /** A conversation that reached its conclusion can be rated; one with nothing open can be left. */
  #offerEnding() {
    const latest = this.#transcript.latest;
    if (!latest?.ticket?.outcome || latest.asks || latest.ticket.outcome === "waiting_back_office") return;
    const restart = () => this.restart();
    if (this.#storage.get("rated") === this.#conversation.id) {
      this.#transcript.ending(restartButton(restart));
      return;
    }
    const rate = async (score, comment) => {
      await this.#conversation.rate(score, comment);
      this.#storage.set("rated", this.#conversation.id);
    };
    this.#transcript.ending(...ratingForm({ rate, restart }));
  }

  #showUnsent() {
    for (const entry of this.#outbox.entries()) this.#transcript.queue(entry, true);
  }

  #forget() {
    this.#transcript.clear();
    this.#composer.begun(false);
    this.#ticketBar.hidden = true;
    this.#state = { mode: "auto", waiting: false, typing: false, wechat: false };
    this.#tellServed();
  }

  /** Before the server says that the bot is at it: the reply cannot be long. */
  #expectTyping(seq) {
    const answered = this.#conversation.lastSeq > seq;
    if (!answered && this.#state.mode !== "agent" && !this.#pending.length) this.#typing(true);
  }

  #typing(on) {
    clearTimeout(this.#typingTimer);
    this.#transcript.typing(on ? (this.#state.mode === "agent" ? "agent" : "bot") : null);
    if (on) this.#typingTimer = setTimeout(() => this.#transcript.typing(null), TYPING_LIMIT_MS);
  }

  #tellServed() {
    const { mode, waiting } = this.#state;
    const key = waiting && mode !== "agent" ? "waiting" : mode;
    this.#served.textContent = texts.served[key] ?? texts.served.auto;
    this.#face.replaceChildren(icon(mode === "agent" ? "person" : "bot"));
    this.#human.hidden = mode === "agent";
    this.#human.disabled = waiting;
    this.#human.textContent = waiting ? texts.humanWaiting : texts.human;
    this.#channels.update({ wechat: this.#state.wechat, earlier: this.#conversation.earlier });
  }

  #tellLink() {
    const word = this.#linkWord();
    const sign = ["online", "connecting"].includes(this.#link) ? "clock" : "warn";
    if (this.#strip.textContent !== word) this.#strip.replaceChildren(...(word ? [icon(sign), h("span", {}, word)] : []));
    this.#strip.hidden = !word;
  }

  #linkWord() {
    const parts = this.#pending.map((name) => texts.parts[name] ?? name);
    if (this.#link === "offline") return texts.offline;
    if (this.#link === "unreachable") return texts.unreachable;
    if (parts.length) return texts.starting(parts);
    if (this.#link === "troubled") return this.#everOnline ? texts.retrying(bare(this.#linkMessage)) : texts.starting([]);
    return this.#link === "connecting" ? texts.connecting : "";
  }

  #tellUnread() {
    const badge = this.#launcher.querySelector(".badge");
    badge.hidden = this.#unread === 0;
    badge.textContent = this.#unread > 9 ? "9+" : String(this.#unread);
    this.#launcher.setAttribute("aria-label", this.#unread ? texts.unread(this.#unread) : texts.launch);
  }

  /** The ticket stays in reach at the top: one line that opens to the whole card. */
  #showTicket(ticket) {
    const line = `${texts.ticket} ${ticket.number} · ${statusWord(ticket)}`;
    if (this.#ticketBar.dataset.number !== ticket.number) {
      this.#ticketBar.dataset.number = ticket.number;
      this.#ticketCard = ticketCard(ticket, () => this.#refreshTicket());
      this.#ticketBar.replaceChildren(h("summary", {}, icon("ticket"), h("span", {}, line)), this.#ticketCard);
    }
    this.#ticketBar.querySelector("summary span").textContent = line;
    this.#ticketCard.update(ticket);
    this.#ticketBar.hidden = false;
    return ticket;
  }

  async #refreshTicket() {
    return this.#showTicket(await this.#conversation.ticket());
  }
}

/** A sentence without its final stop, to go on after it. */
function bare(sentence) {
  return sentence.replace(/[。.！!]+$/, "");
}

customElements.get("roamdesk-chat") || customElements.define("roamdesk-chat", RoamDeskChat);
