/** What went over the wire, newest first; a row opens. */

import { h } from "/widget/dom.js";
import { get } from "./api.js";

const KEPT = 200;
const UNSETTLED = 60;
const CALLS = {
  stable_token: "取凭证",
  token: "取凭证（旧接口）",
  "message/custom/send": "发消息",
  "message/custom/typing": "正在输入",
  "media/get": "取素材",
  "media/upload": "传素材",
  "menu/create": "建菜单",
  "menu/get": "查菜单",
  "menu/delete": "删菜单",
  get_current_selfmenu_info: "查菜单",
};
const CODES = {
  "-1": "系统繁忙",
  40001: "凭证无效",
  40003: "没有这位用户",
  40007: "素材不存在或已过期",
  40013: "AppID 不对",
  40014: "凭证不合法",
  40125: "AppSecret 不对",
  42001: "凭证过期",
  43004: "客户没有关注",
  44004: "内容为空",
  45002: "内容太长",
  45015: "超过 48 小时",
  45047: "条数用完",
  45080: "30 秒内没有往来",
  45081: "已在输入",
};
const EVENTS = { text: "文字", voice: "语音", image: "图片", location: "位置", event: "事件", link: "链接", video: "视频", shortvideo: "小视频", file: "文件" };

const $ = (id) => document.getElementById(id);

export class Log {
  constructor() {
    this.last = 0;
    this.busy = null;
  }

  /** Fetch what is new; one at a time. */
  more() {
    this.busy ??= this.fetch().finally(() => (this.busy = null));
    return this.busy;
  }

  async fetch() {
    // Some of the last ones may still have been waiting for their outcome.
    const entries = await get(`/sim/log?after=${Math.max(0, this.last - UNSETTLED)}`);
    const list = $("entries");
    const newest = entries.at(-1)?.id ?? 0;
    if (newest < this.last) list.replaceChildren();
    const drawn = new Map([...list.children].map((row) => [Number(row.dataset.id), row]));
    for (const entry of entries.slice(-KEPT)) {
      const state = `${entry.status} ${entry.errcode}`;
      const before = drawn.get(entry.id);
      if (before?.dataset.state === state) continue;
      const row = h("li", { "data-id": entry.id, "data-state": state }, this.row(entry));
      if (before) before.replaceWith(row);
      else list.prepend(row);
    }
    while (list.children.length > KEPT) list.lastChild.remove();
    this.last = newest;
    $("no-entries").hidden = list.children.length > 0;
  }

  row(entry) {
    const push = entry.direction === "push";
    return h("details", {},
      h("summary", {},
        h("time", {}, new Date(entry.at * 1000).toLocaleTimeString("zh-CN", { hour12: false })),
        h("span", { class: `way ${push ? "out" : "in"}` }, push ? "微信 → 产品" : "产品 → 微信"),
        h("span", { class: "what" }, push ? pushed(entry) : called(entry)),
        h("span", { class: `result ${tone(entry)}` }, result(entry))),
      h("pre", {}, JSON.stringify({ seconds: Number(entry.seconds.toFixed(3)), ...entry.detail }, null, 2)));
  }
}

function pushed(entry) {
  const [kind, ...words] = entry.what.split(" ");
  const again = entry.detail.try > 1 ? `（第 ${entry.detail.try} 次）` : "";
  return `${EVENTS[kind] ?? kind} ${words.join(" ")}${again}`;
}

function called(entry) {
  const body = entry.detail;
  const words = body.text?.content ?? body.msgmenu?.head_content ?? "";
  return `${CALLS[entry.what] ?? entry.what} ${words}`;
}

function result(entry) {
  if (entry.errcode) return `${entry.errcode} ${CODES[entry.errcode] ?? ""}`.trim();
  return entry.status === "200" ? "成功" : entry.status;
}

function tone(entry) {
  if (entry.status === "等待") return "wait";
  const good = entry.status === "200" && !entry.errcode && (entry.detail.outcome ?? "success") === "success";
  return good ? "good" : "bad";
}
