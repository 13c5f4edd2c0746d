/** The page: asks the stand-in for what is new, and hands it to the phone, the panel and the log. */

import { get } from "./api.js";
import { Log } from "./log.js";
import { Panel } from "./panel.js";
import { Phone } from "./phone.js";

const WAIT_SECONDS = 15;
const AGAIN_MS = 1500;
const PRODUCT_MS = 3000;

const $ = (id) => document.getElementById(id);
const phone = new Phone();
const panel = new Panel(choose);
const log = new Log();
let chosen = null;
let version = -1;
let state = null;

function choose(openid) {
  chosen = openid;
  draw().catch(() => {});
}

async function draw() {
  const user = state.users.find((one) => one.openid === chosen) ?? state.users[0];
  chosen = user?.openid ?? null;
  const asked = chosen;
  const [messages] = await Promise.all([
    user ? get(`/sim/users/${user.openid}/messages`) : [],
    log.more(),
  ]);
  if (asked !== chosen) return;
  phone.show(state, user, messages);
  panel.show(state, user);
}

async function follow() {
  for (;;) {
    try {
      const asked = version < 0 ? "/sim/state" : `/sim/state?after=${version}&seconds=${WAIT_SECONDS}`;
      state = await get(asked);
      version = state.version;
      await draw();
      $("gone").hidden = true;
    } catch {
      $("gone").hidden = false;
      version = -1;
      await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    }
  }
}

async function watchProduct() {
  for (;;) {
    const seen = await get("/sim/product").catch(() => null);
    const status = $("product");
    status.hidden = !seen;
    if (seen) {
      status.dataset.state = seen.state;
      status.textContent = { ready: "产品已就绪", starting: "产品正在启动", away: "产品没有应答" }[seen.state];
      for (const [id, path] of [["console", "/console"], ["web", "/"]]) {
        $(id).href = seen.url + path;
        $(id).hidden = !seen.url;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PRODUCT_MS));
  }
}

for (const button of document.querySelectorAll(".views button")) {
  button.addEventListener("click", () => {
    document.body.dataset.view = button.dataset.to;
    for (const other of document.querySelectorAll(".views button")) {
      other.setAttribute("aria-pressed", String(other === button));
    }
  });
}

follow();
watchProduct();
