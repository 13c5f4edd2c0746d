/** Beside the phone: who is the customer, what goes wrong, and the checks an operator makes. */

import { h } from "/widget/dom.js";
import { post } from "./api.js";

const FOREVER = 10000;
const HOURS = [1, 24, 48];
const SENDS = [
  ["", "正常"],
  ["timeout", "超时（30 秒后断开）"],
  ["drop", "连接中断"],
  ["error", "系统繁忙（-1）"],
  ["http500", "HTTP 500"],
  ["45015", "超过 48 小时（45015）"],
  ["45047", "条数用完（45047）"],
  ["43004", "客户没有关注（43004）"],
  ["40001", "凭证无效（40001）"],
];
const TIMES = [["1", "下 1 次"], ["3", "下 3 次"], [String(FOREVER), "一直"]];

const $ = (id) => document.getElementById(id);

export class Panel {
  constructor(choose) {
    this.choose = choose;
    this.buildPeople();
    this.buildFaults();
    this.buildChecks();
  }

  show(state, user) {
    this.user = user;
    this.list.replaceChildren(...state.users.map((one) =>
      h("button", { type: "button", class: "chip", "aria-pressed": String(one.openid === user?.openid), onclick: () => this.choose(one.openid) }, one.name)));
    this.follow.textContent = user?.following ? "取消关注" : "关注公众号";
    this.follow.disabled = !user;
    this.budget.textContent = !user ? "" : !user.following
      ? "没有关注：公众号发不到这部手机。"
      : user.window_seconds
        ? `公众号还可以发 ${user.left} 条，窗口剩 ${lasts(user.window_seconds)}`
        : "窗口没有打开：客户先发一条，公众号才能发。";
    const { faults } = state;
    this.thrice.setAttribute("aria-checked", String(faults.push.times > 1));
    this.forged.setAttribute("aria-checked", String(faults.push.bad_signature));
    this.slow.setAttribute("aria-checked", String(faults.slow_seconds > 0));
    const left = faults.send?.times ?? 0;
    this.ordered.textContent = left
      ? `${left >= FOREVER / 2 ? "一直" : `还有 ${left} 次`}：${name(faults.send)}${faults.send.after_accept ? "，客户已收到" : ""}`
      : "产品发消息时一切正常。";
    this.ordered.dataset.live = String(left > 0);
    this.aged.textContent = state.aged_seconds ? `已经快进 ${lasts(state.aged_seconds)}。` : "";
    this.about.replaceChildren(...[`AppID ${state.app_id}，${MODES[state.mode]}`, `推送到 ${state.callback}`].map((line) => h("span", {}, line)));
  }

  buildPeople() {
    this.list = h("div", { class: "chips", role: "group", "aria-label": "选择客户" });
    this.budget = h("p", { class: "budget" });
    this.follow = button("关注公众号", () =>
      post(`/sim/users/${this.user.openid}/event?wait=false`, { event: this.user.following ? "unsubscribe" : "subscribe" }));
    const add = button("添加客户", async () => this.choose((await post("/sim/users", {})).openid));
    this.aged = h("span", { class: "hint" });
    $("people").append(
      h("h2", {}, "客户"),
      this.list,
      this.budget,
      h("div", { class: "buttons" }, add, this.follow),
      h("div", { class: "buttons" }, h("span", { class: "hint", title: "只影响微信一侧的窗口、凭证和素材，产品的时钟不变" }, "微信快进"),
        ...HOURS.map((hours) => button(`${hours} 小时`, () => post("/sim/clock", { advance_seconds: hours * 3600 }))), this.aged),
    );
  }

  buildFaults() {
    this.thrice = toggle("每条消息推送三次", (on) => post("/sim/faults", { push: { times: on ? 3 : 1 } }));
    this.forged = toggle("推送的签名是错的", (on) => post("/sim/faults", { push: { bad_signature: on } }));
    this.slow = toggle("每次应答慢 3 秒", (on) => post("/sim/faults", { slow_seconds: on ? 3 : 0 }));
    const kind = select("产品发消息时", SENDS);
    const times = select("次数", TIMES);
    const after = h("input", { type: "checkbox", id: "after" });
    this.ordered = h("p", { class: "ordered", role: "status" });
    const form = h("form", { class: "order" },
      h("label", {}, h("span", {}, "产品发消息时"), kind),
      h("label", {}, h("span", {}, "几次"), times),
      h("label", { class: "check", for: "after" }, after, "客户其实已收到，只是应答丢了"),
      h("div", { class: "buttons" }, h("button", { type: "submit" }, "设定"),
        button("让凭证立即过期", () => post("/sim/faults", { expire_token: true }))));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const coded = /^\d+$/.test(kind.value);
      const fault = { kind: coded ? "errcode" : kind.value || "error", times: kind.value ? Number(times.value) : 0, after_accept: after.checked };
      if (coded) fault.errcode = Number(kind.value);
      post("/sim/faults", { send: fault });
    });
    $("faults").append(
      h("h2", {}, "故障"),
      this.thrice, this.forged, this.slow,
      form,
      this.ordered,
    );
  }

  buildChecks() {
    const result = h("span", { class: "hint", role: "status" });
    const check = button("检查服务器地址", async () => {
      result.textContent = "正在检查";
      const { good, seconds } = await post("/sim/echo-check");
      result.textContent = good ? `通过，用时 ${seconds.toFixed(2)} 秒` : "没有通过：地址不通，或令牌不一致";
    });
    const reset = button("全部清空", () => post("/sim/reset").then(() => post("/sim/users", {})));
    this.about = h("p", { class: "hint about" });
    $("checks").append(
      h("h2", {}, "公众号"),
      h("div", { class: "buttons" }, check, result),
      h("div", { class: "buttons" }, reset, h("span", { class: "hint" }, "客户、手机内容和故障都重新开始")),
      this.about,
    );
  }
}

const MODES = { safe: "安全模式", compat: "兼容模式", plain: "明文模式" };

function button(label, act) {
  const made = h("button", { type: "button" }, label);
  made.addEventListener("click", async () => {
    made.disabled = true;
    await Promise.resolve(act()).catch((error) => console.warn(error.message));
    made.disabled = false;
  });
  return made;
}

function toggle(label, act) {
  const made = h("button", { type: "button", role: "switch", class: "switch", "aria-checked": "false" },
    h("span", {}, label), h("span", { class: "knob", "aria-hidden": "true" }));
  made.addEventListener("click", () => act(made.getAttribute("aria-checked") !== "true"));
  return made;
}

function select(label, options) {
  return h("select", { "aria-label": label }, ...options.map(([value, text]) => h("option", { value }, text)));
}

function name(fault) {
  const value = fault.kind === "errcode" ? String(fault.errcode) : fault.kind;
  return (SENDS.find(([known]) => known === value) ?? [value, value])[1];
}

function lasts(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (!minutes) return `${Math.floor(seconds)} 秒`;
  const hours = Math.floor(minutes / 60);
  return hours ? `${hours} 小时 ${minutes % 60} 分` : `${minutes} 分`;
}
