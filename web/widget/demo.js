/** The demo page's own part: opens the chat as the screen allows, and shows what is up and which numbers can be tried. */

const PHONE = matchMedia("(max-width: 640px)");
const HEALTH_POLL_MS = 2000;
const PARTS = { database: "数据库", bot: "语言模型", actions: "应答服务" };

const chat = document.querySelector("roamdesk-chat");

function fitChat() {
  chat.toggleAttribute("inline", !PHONE.matches);
}

async function showHealth() {
  const list = document.querySelector(".health");
  for (;;) {
    const response = await fetch("readyz").catch(() => null);
    const body = await response?.json().catch(() => null);
    list.replaceChildren(...health(response, body?.parts ?? body ?? {}));
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, HEALTH_POLL_MS));
  }
}

function health(response, parts) {
  if (!response) return [line("wait", "连不上服务，正在重试")];
  const known = Object.keys(PARTS).filter((name) => name in parts);
  const lines = known.map((name) => (isUp(parts[name]) ? line("up", `✓ ${PARTS[name]}就绪`) : line("wait", `… ${PARTS[name]}正在启动`)));
  return lines.length ? lines : [response.ok ? line("up", "✓ 可以对话") : line("wait", "… 正在启动")];
}

function isUp(part) {
  if (part && typeof part === "object") return isUp(part.ready ?? part.ok ?? part.state ?? part.status);
  return part === true || ["ok", "ready", "up"].includes(part);
}

async function showSamples() {
  const response = await fetch("v1/demo/samples").catch(() => null);
  const samples = response?.ok ? await response.json().catch(() => []) : [];
  if (!samples.length) return;
  document.querySelector("#samples tbody").replaceChildren(...samples.map(sampleRow));
  document.querySelector("#samples").hidden = false;
}

function sampleRow({ msisdn, what }) {
  const row = document.createElement("tr");
  const use = document.createElement("button");
  use.type = "button";
  use.className = "try";
  use.textContent = msisdn;
  use.title = "填到输入框";
  use.addEventListener("click", () => chat.insert(msisdn));
  row.append(cell(use), cell(what));
  return row;
}

function cell(content) {
  const made = document.createElement("td");
  made.append(content);
  return made;
}

function line(kind, text) {
  const made = document.createElement("li");
  made.className = kind;
  made.textContent = text;
  return made;
}

fitChat();
// On a phone the chat is the page: it opens at once, and closing it shows what stands behind.
if (PHONE.matches) chat.setAttribute("open", "");
PHONE.addEventListener("change", fitChat);
for (const button of document.querySelectorAll("[data-say]")) {
  button.addEventListener("click", () => chat.insert(button.dataset.say));
}
document.querySelector(".again").addEventListener("click", () => {
  chat.show();
  chat.restart();
});
document.querySelector(".back").addEventListener("click", () => chat.show());
showHealth();
showSamples();
