/** The customer's phone: the chat as WeChat shows it, and everything a customer can send. */

import { h } from "/widget/dom.js";
import { post } from "./api.js";
import { icon } from "./icons.js";

const SAME_TIME_SECONDS = 300;
const PLACES = [
  ["台北市信义区", 25.033, 121.5645],
  ["首尔特别市中区", 37.5636, 126.9976],
  ["缅甸仰光", 16.8409, 96.1735],
  ["美国加利福尼亚州洛杉矶", 34.0522, -118.2437],
];
const OTHERS = [["video", "小视频"], ["link", "链接"], ["file", "文件"]];
const KINDS = { video: "〔视频〕", shortvideo: "〔小视频〕", link: "〔链接〕", file: "〔文件〕" };
const LINK = /https?:\/\/[^\s，。；、）)]+/g;

const $ = (id) => document.getElementById(id);

export class Phone {
  constructor() {
    this.openid = null;
    this.seen = "";
    this.menuOpen = false;
    $("write").addEventListener("submit", (event) => {
      event.preventDefault();
      this.write();
    });
    $("words").addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.write();
      }
    });
    $("to-more").append(icon("plus"));
    $("to-more").addEventListener("click", () => this.more($("more").hidden));
    $("to-menu").addEventListener("click", () => {
      this.menuOpen = !this.menuOpen;
      this.bottom();
    });
    this.fillMore();
  }

  show(state, user, messages) {
    this.menu = state.menu?.button ?? [];
    $("account").textContent = "漫游客服";
    $("below").textContent = !user
      ? "先在“设定”里添加一位客户"
      : user.typing
        ? "对方正在输入…"
        : user.following
          ? `公众号 · ${user.name}`
          : `${user.name} 没有关注`;
    $("write").inert = $("to-more").disabled = !user?.following;
    const other = user?.openid !== this.openid;
    this.openid = user?.openid ?? null;
    if (other) this.menuOpen = this.menu.length > 0 && messages.length === 0;
    this.bottom();
    const drawn = JSON.stringify(messages);
    if (drawn === this.seen && !other) return;
    this.seen = drawn;
    const chat = $("chat");
    const atEnd = other || chat.scrollHeight - chat.scrollTop - chat.clientHeight < 80;
    chat.replaceChildren(...this.lines(messages));
    if (!messages.length) chat.append(h("p", { class: "empty" }, user ? EMPTY : ""));
    if (atEnd) chat.scrollTop = chat.scrollHeight;
  }

  *lines(messages) {
    let before = 0;
    for (const message of messages) {
      if (message.at - before > SAME_TIME_SECONDS) yield h("p", { class: "time" }, clockTime(message.at));
      before = message.at;
      if (message.from === "note") yield h("p", { class: "note" }, message.text);
      else yield this.line(message);
    }
  }

  line(message) {
    const mine = message.from === "customer";
    const bubble = h("div", { class: `bubble ${message.kind}` }, ...this.inside(message));
    const state = mine && message.push !== "sent" ? h("span", { class: `push ${message.push}` }, PUSH[message.push]) : null;
    return h(
      "div",
      { class: `line ${mine ? "mine" : "theirs"}`, "data-kind": message.kind },
      h("span", { class: "face", "aria-hidden": "true" }, mine ? "客" : "漫"),
      bubble,
      state,
    );
  }

  inside(message) {
    if (message.kind === "image") {
      return [h("img", { src: `/sim/media/${message.media_id}`, alt: "发出的图片", loading: "lazy" })];
    }
    if (message.kind === "voice") {
      return [icon("voice"), h("span", {}, message.text || "（没有识别出文字）")];
    }
    if (message.kind === "location") return [icon("place"), h("span", {}, message.text || "位置")];
    if (message.kind === "msgmenu") {
      return [
        ...(message.head ? linked(message.head) : []),
        h("ul", {}, ...message.items.map((item) =>
          h("li", {}, h("button", { type: "button", onclick: () => this.press(item) }, item.content)))),
        ...(message.tail ? linked(message.tail) : []),
      ];
    }
    return linked(message.text || KINDS[message.kind] || "");
  }

  async write() {
    const text = $("words").value.trim();
    if (!text || !this.openid) return;
    if (await this.send("text", { text })) $("words").value = "";
    $("words").focus();
  }

  press(item) {
    return this.send("text", { text: item.content, menu_id: item.id });
  }

  async send(what, body) {
    this.say("");
    try {
      await post(`/sim/users/${this.openid}/${what}?wait=false`, body);
    } catch (error) {
      this.say(error.message);
      return false;
    }
    $("chat").scrollTop = $("chat").scrollHeight;
    return true;
  }

  say(trouble) {
    $("trouble").hidden = !trouble;
    $("trouble").textContent = trouble;
  }

  bottom() {
    const has = this.menu?.length > 0;
    const open = has && this.menuOpen;
    $("to-menu").hidden = !has;
    $("to-menu").replaceChildren(icon(open ? "keyboard" : "list"));
    $("to-menu").setAttribute("aria-label", open ? "换成输入框" : "换成菜单");
    $("menu").hidden = !open;
    $("write").hidden = $("to-more").hidden = open;
    if (open) this.more(false);
    const shape = JSON.stringify(this.menu);
    if (shape === this.menuShape) return;
    this.menuShape = shape;
    $("menu").replaceChildren(...(this.menu ?? []).map((button) => this.button(button)));
  }

  button(button) {
    const below = button.sub_button ?? [];
    if (!below.length) {
      return h("button", { type: "button", onclick: () => this.pressMenu(button) }, button.name);
    }
    const list = h("div", { class: "sub" }, ...below.map((one) =>
      h("button", { type: "button", onclick: (event) => {
        event.target.closest("details").open = false;
        this.pressMenu(one);
      } }, one.name)));
    return h("details", { name: "menu" }, h("summary", {}, button.name), list);
  }

  pressMenu(button) {
    if (button.type === "view") {
      window.open(button.url, "_blank", "noopener");
      return this.send("event", { event: "VIEW", key: button.url });
    }
    return this.send("menu", { key: button.key });
  }

  more(open) {
    $("more").hidden = !open;
    $("to-more").setAttribute("aria-expanded", String(open));
    if (open) $("chat").scrollTop = $("chat").scrollHeight;
  }

  fillMore() {
    const file = h("input", { type: "file", accept: "image/*", id: "picture", hidden: true });
    file.addEventListener("change", async () => {
      const form = new FormData();
      form.append("file", file.files[0]);
      file.value = "";
      await this.send("image", form);
      this.more(false);
    });
    const words = h("input", { type: "text", id: "spoken", maxlength: "500", placeholder: "说的话，留空即没有识别出来" });
    const voice = h("form", { class: "row" },
      h("label", { for: "spoken" }, "语音"), words, h("button", { type: "submit" }, "发语音"));
    voice.addEventListener("submit", async (event) => {
      event.preventDefault();
      await this.send("voice", { recognition: words.value.trim() || null });
      words.value = "";
      this.more(false);
    });
    const places = h("select", { id: "place" }, ...PLACES.map(([label], index) => h("option", { value: index }, label)));
    const place = h("form", { class: "row" },
      h("label", { for: "place" }, "位置"), places, h("button", { type: "submit" }, "发位置"));
    place.addEventListener("submit", async (event) => {
      event.preventDefault();
      const [label, latitude, longitude] = PLACES[places.value];
      await this.send("location", { label, latitude, longitude });
      this.more(false);
    });
    const rest = h("div", { class: "row" }, h("span", {}, "其他"), ...OTHERS.map(([kind, name]) =>
      h("button", { type: "button", onclick: () => this.send("other", { kind }).then(() => this.more(false)) }, `发${name}`)));
    const picture = h("div", { class: "row" },
      h("span", {}, "图片"), file, h("button", { type: "button", onclick: () => file.click() }, "选一张图片发送"));
    $("more").append(picture, place, voice, rest);
  }
}

const PUSH = { sending: "发送中", failed: "没有送到产品" };
const EMPTY = "这位客户还没有发过消息。写一句，或从菜单开始。";

/** Text with its addresses as links; nothing a server sent is ever markup. */
function linked(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(from, found.index));
    parts.push(h("a", { href: found[0], target: "_blank", rel: "noopener" }, found[0]));
    from = found.index + found[0].length;
  }
  parts.push(text.slice(from));
  return parts.filter(Boolean).map((part) => (typeof part === "string" ? document.createTextNode(part) : part));
}

function clockTime(at) {
  return new Date(at * 1000).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
}
