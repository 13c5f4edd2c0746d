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
      if (response.ok) return await response.json();
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
  function next(role) {
    const home = role === "trainer" ? "/workbench" : "/console";
    const path = new URLSearchParams(location.search).get("next") || home;
    return /^\/(console|workbench)(\/[\w-]*)*$/.test(path) ? path : home;
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

  /** A deadline, in Beijing: a day ends at 24:00, as customers are told, not at 00:00 of the next. */
  function deadline(at) {
    if (clock(at) !== "00:00") return dayAndClock(at);
    const day = new Date(Date.parse(at) - 1).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai", month: "numeric", day: "numeric" });
    return `${day} 24:00`;
  }

  /** 3 分, 5 小时, 2 天: the larger unit of a span in seconds. */
  function span(seconds) {
    if (seconds < 60) return `${Math.floor(seconds)} 秒`;
    if (seconds < 3600) return `${Math.floor(seconds / 60)} 分`;
    return seconds < 172800 ? `${Math.floor(seconds / 3600)} 小时` : `${Math.floor(seconds / 86400)} 天`;
  }

  const NO_PICTURE = { pending: "取图中", failed: "未能取到", refused: "没有收下" };
  const SMALL_PX = { width: 160, height: 120 };

  /** The pictures of a message or a ticket; they cannot be masked, so `can` says who may see them. */
  const Pictures = {
    template: `
      <p class="rd-pictures">
        <template v-for="a in items" :key="a.id">
          <button v-if="a.state === 'kept' && can" type="button" class="rd-picture" :style="size(a)" title="看大图（会记录在案）" aria-label="客户发来的图片，看大图" @click="enlarge(a.id)">
            <img :src="address(a.id) + '?size=small'" alt="" loading="lazy">
          </button>
          <span v-else class="rd-picture-said" :class="a.state">{{ said(a) }}</span>
        </template>
      </p>`,
    props: { items: Array, can: Boolean },
    methods: {
      address: (id) => `/v1/attachments/${encodeURIComponent(id)}`,
      said(a) {
        if (a.state === "kept") return "图片（您的角色不能查看）";
        return a.reason ? `${NO_PICTURE[a.state]}：${a.reason}` : NO_PICTURE[a.state];
      },
      /** Known before the picture is there, so that nothing moves when it comes. */
      size(a) {
        const fit = Math.min(1, SMALL_PX.width / a.width, SMALL_PX.height / a.height);
        return { width: `${Math.max(28, Math.round(a.width * fit))}px`, height: `${Math.max(28, Math.round(a.height * fit))}px` };
      },
      enlarge(id) {
        showPicture(this.address(id));
      },
    },
  };

  function showPicture(address) {
    const dialog = document.createElement("dialog");
    dialog.className = "rd-large-picture";
    dialog.setAttribute("aria-label", "客户发来的图片");
    const close = document.createElement("button");
    close.className = "rd-button";
    close.textContent = "关闭";
    const image = new Image();
    image.alt = "客户发来的图片";
    image.addEventListener("load", () => image.classList.toggle("tall", image.naturalHeight > image.naturalWidth));
    image.addEventListener("error", () => {
      const said = document.createElement("p");
      said.textContent = "图片没有打开，请稍后再试；还是不行请联系管理员。";
      image.replaceWith(said);
    });
    image.src = address;
    dialog.append(close, image);
    const shut = (event) => (event.target === dialog || event.target === close) && dialog.close();
    dialog.addEventListener("click", shut);
    // The console's keys would send a reply that nobody sees.
    dialog.addEventListener("keydown", (event) => event.stopPropagation());
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("login");
    form?.addEventListener("submit", async (event) => {
      event.preventDefault();
      const who = await logIn(form);
      if (who) location.href = next(who.role);
    });
  });

  return { MODES, Pictures, clock, dayAndClock, deadline, span, logInAgain, logOut, showWhereItStands };
})();
window.rdStaff = rdStaff;
