const REASONS = ["不对题", "说法不准", "语气不合适", "已经说过", "资料过时"];

export default {
  template: `
    <section class="rd-suggestions" aria-label="建议回复">
      <h2>建议回复 <span class="rd-muted">{{ hint }}</span></h2>
      <ol>
        <li v-for="(s, i) in shown" :key="s.id" class="rd-suggestion">
          <div class="rd-suggestion-head">
            <kbd>{{ i + 1 }}</kbd>
            <span class="rd-source" :class="s.source">{{ s.source_title || s.source }}</span>
            <span class="rd-muted">{{ s.reason || "" }}</span>
            <span v-for="c in s.citations || []" :key="c.id" class="rd-cite" :title="c.text || c.title">{{ c.id }}</span>
          </div>
          <p class="rd-suggestion-text" :title="s.text">{{ s.text }}</p>
          <div class="rd-suggestion-acts">
            <button class="rd-button rd-primary" :disabled="!can || busy === s.id" @click="send(s)">发送</button>
            <button class="rd-button" :disabled="!can" @click="$emit('edit', s)">修改后发</button>
            <button class="rd-button" :disabled="!allowed" @click="rejecting = rejecting === s.id ? null : s.id">不采用</button>
          </div>
          <div v-if="rejecting === s.id" class="rd-chips" role="group" aria-label="不采用的原因">
            <button v-for="r in reasons" :key="r" class="rd-chip" @click="reject(s, r)">{{ r }}</button>
          </div>
        </li>
        <li v-if="!shown.length" class="rd-empty">
          {{ empty }}
          <button v-if="watching" class="rd-button" title="现在就拟几条看看（s）" @click="look">先看建议</button>
        </li>
      </ol>
    </section>`,
  props: { items: Array, can: Boolean, allowed: Boolean, watching: Boolean, blocked: Boolean },
  data: () => ({ rejecting: null, busy: null, reasons: REASONS }),
  computed: {
    shown() {
      return (this.items || []).slice(0, 5);
    },
    empty() {
      if (!this.items) return "选一段对话后，这里列出可以直接发的回复和出处。";
      if (this.watching) return "机器人正在接待。协同或接手后，这里列出可以直接发的回复和出处。";
      return this.allowed ? "客户说话后，这里按把握大小列出可以直接发的回复和出处。" : "您的角色只能查看。";
    },
    hint() {
      if (this.can) return "1–5 发送 · Shift 修改 · Alt 不采用";
      if (this.blocked) return "微信现在发不出去";
      return this.allowed || !this.items ? "接手后可以发送" : "";
    },
  },
  methods: {
    send(s) {
      this.busy = s.id;
      setTimeout(() => (this.busy = null), 2000);
      this.$emit("send", { id: s.id, client_id: crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}` });
    },
    reject(s, reason) {
      this.rejecting = null;
      this.$emit("reject", { id: s.id, reason });
    },
    /** Ask for suggestions while the bot speaks; they can be read, not sent. */
    look() {
      if (this.watching && !this.shown.length) this.$emit("look");
    },
    /** Key number `n` (from 1): send, edit or reject. */
    press(n, what) {
      const s = this.shown[n - 1];
      if (!s) return;
      if (what === "reject") this.rejecting = s.id;
      else if (!this.can || this.busy === s.id) return;
      else if (what === "edit") this.$emit("edit", s);
      else this.send(s);
    },
  },
};
