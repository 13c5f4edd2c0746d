/* Logging in, out and in again without leaving the page. The session is a cookie that no script can read. */
const rdStaff = (() => {
  const post = (path, body) =>
    fetch(path, {
      method: "POST",
      headers: body ? { "Content-Type": "application/json" } : {},
      body: body && JSON.stringify(body),
    });

  async function logIn(form) {
    const error = form.querySelector(".rd-form-error");
    const button = form.querySelector("button[type=submit]");
    error.hidden = true;
    button.disabled = true;
    try {
      const response = await post("/v1/auth/login", Object.fromEntries(new FormData(form)));
      if (response.ok) return true;
      const said = await response.json().catch(() => null);
      error.textContent = said?.error?.message || "登录没有成功，请稍后再试。";
    } catch {
      error.textContent = "连不上服务，请检查网络后再试。";
    } finally {
      button.disabled = false;
    }
    error.hidden = false;
    form.elements.password?.select();
    return false;
  }

  /** Only a path of this site: a link must not lead elsewhere after the log-in. */
  function next() {
    const path = new URLSearchParams(location.search).get("next") || "/console";
    return /^\/(console|workbench)(\/[\w-]*)*$/.test(path) ? path : "/console";
  }

  async function logOut() {
    await post("/v1/auth/logout").catch(() => null);
    location.href = "/console/login";
  }

  function logInAgain(username) {
    if (document.getElementById("rd-again")) return;
    const dialog = document.createElement("dialog");
    dialog.id = "rd-again";
    dialog.innerHTML = `<form class="rd-login" novalidate>
      <h2>登录已过期</h2>
      <p class="rd-muted">请重新登录，您写的内容都还在。</p>
      <label>用户名<input name="username" autocomplete="username" required readonly></label>
      <label>密码<input name="password" type="password" autocomplete="current-password" required></label>
      <p class="rd-form-error" role="alert" hidden></p>
      <button type="submit" class="rd-button rd-primary">登录</button></form>`;
    const form = dialog.querySelector("form");
    form.elements.username.value = username;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!(await logIn(form))) return;
      const renewed = await post(`/console/session/${window.clientId}`);
      if (renewed.ok) dialog.remove();
      else location.reload();
    });
    dialog.addEventListener("cancel", (event) => event.preventDefault());
    document.body.append(dialog);
    dialog.showModal();
    form.elements.password.focus();
  }

  /** The diagram is drawn a moment after its text has come. */
  function showWhereItStands(tries = 20) {
    const here = document.querySelector(".rd-diagram .node.here");
    const box = here?.closest(".rd-tree");
    if (!box) {
      if (tries) setTimeout(() => showWhereItStands(tries - 1), 100);
      return;
    }
    const at = here.getBoundingClientRect();
    const seen = box.getBoundingClientRect();
    box.scrollTop += at.top - seen.top - (seen.height - at.height) / 2;
    box.scrollLeft += at.left - seen.left - (seen.width - at.width) / 2;
  }

  const MODES = { auto: "自动", copilot: "协同", agent: "人工" };
  const BEIJING = { timeZone: "Asia/Shanghai", hour: "2-digit", minute: "2-digit" };

  /** 15:31, in Beijing. */
  const clock = (at) => new Date(at).toLocaleTimeString("zh-CN", BEIJING);

  /** 11/25 15:31, in Beijing. */
  const dayAndClock = (at) => new Date(at).toLocaleString("zh-CN", { ...BEIJING, month: "numeric", day: "numeric" });

  /** 3 分, 5 小时, 2 天: the larger unit of a span in seconds. */
  function span(seconds) {
    if (seconds < 60) return `${Math.floor(seconds)} 秒`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} 分`;
    return seconds < 172800 ? `${Math.floor(seconds / 3600)} 小时` : `${Math.floor(seconds / 86400)} 天`;
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("login");
    form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (await logIn(form)) location.href = next();
    });
  });

  return { MODES, clock, dayAndClock, span, logInAgain, logOut, showWhereItStands };
})();
window.rdStaff = rdStaff;
