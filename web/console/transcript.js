const WHO = { customer: "客户", bot: "机器人", agent: "坐席", system: "系统" };
const NEAR_THE_END_PX = 80;
const TYPING_MS = 6000;

export default {
  template: `
    <section class="rd-transcript" aria-label="对话">
      <div class="rd-lines" ref="lines" tabindex="0" role="log" aria-live="polite" @scroll="scrolled">
        <button v-if="older" class="rd-button rd-older" :disabled="loading" @click="more">更早的消息</button>
        <article v-for="m in messages" :key="m.seq" class="rd-line" :class="m.sender">
          <header>
            <b>{{ m.sender === "agent" ? m.staff_name || "坐席" : who(m.sender) }}</b>
            <time :datetime="m.created_at">{{ clock(m.created_at) }}</time>
          </header>
          <p class="rd-said">{{ m.text }}</p>
          <pictures v-if="m.attachments && m.attachments.length" :items="m.attachments" :can="can"></pictures>
          <p v-if="m.choices && m.choices.length" class="rd-options"><span v-for="c in m.choices" :key="c.value">{{ c.label }}</span></p>
          <p v-if="m.citations && m.citations.length" class="rd-cites"><span v-for="c in m.citations" :key="c.id" :title="c.text || c.title">{{ c.id }} {{ c.title }}</span></p>
          <p v-if="m.delivery" class="rd-delivery" :class="m.delivery.state">
            <span>{{ m.delivery.title }}{{ m.delivery.reason ? "：" + m.delivery.reason : "" }}</span>
            <button v-if="m.delivery.again && can" class="rd-link" @click="$emit('again', { id: m.delivery.id, seq: m.seq })">再发一次</button>
          </p>
          <p v-if="m.understood" class="rd-understood">
            <span v-if="m.understood.failed" class="low">机器人没有响应</span>
            <template v-else>
              <span>{{ m.understood.intent_title || m.understood.intent }}</span>
              <span :class="{ low: m.understood.confidence < 0.5 }">把握 {{ Math.round(m.understood.confidence * 100) }}%</span>
              <span v-for="f in m.understood.facts" :key="f.fact" class="rd-fact">{{ f.title }}：{{ f.label || f.value }}</span>
            </template>
          </p>
          <p v-if="m.model" class="rd-muted rd-num" title="说这句话的模型和诊断树的版本">{{ m.model }}<template v-if="m.revision"> · {{ m.revision }}</template></p>
          <p v-if="!m.understood && m.sender === 'customer' && m.turn === 'queued'" class="rd-understood">机器人正在读这句话</p>
        </article>
        <p v-if="!messages.length" class="rd-empty">这段对话还没有消息。</p>
      </div>
      <p class="rd-typing" aria-live="polite">{{ typing ? "客户正在输入" : thinking ? "机器人正在组织回答" : "" }}</p>
      <button v-if="unseen" class="rd-button rd-unseen" @click="toEnd">{{ unseen }} 条新消息</button>
    </section>`,
  components: { pictures: rdStaff.Pictures },
  props: { thinking: Boolean, can: Boolean },
  data: () => ({ messages: [], older: false, loading: false, typing: false, unseen: 0 }),
  mounted() {
    // Suggestions come and go below: whoever reads the latest message keeps it in sight.
    this.atEnd = true;
    this.resized = new ResizeObserver(() => this.atEnd && this.toEnd());
    this.resized.observe(this.$refs.lines);
  },
  unmounted() {
    this.resized.disconnect();
  },
  methods: {
    /** Begin anew with the latest messages of another conversation. */
    begin(messages, older) {
      this.messages = messages;
      this.older = older;
      this.unseen = 0;
      this.typing = this.loading = false;
      this.toEnd();
    },
    /** Add new messages, and take what is known better now of those that are here. */
    take(messages) {
      if (!messages.length) return;
      const last = this.messages.length ? this.messages[this.messages.length - 1].seq : 0;
      const bySeq = new Map(this.messages.map((m) => [m.seq, m]));
      for (const m of messages) bySeq.set(m.seq, m);
      this.messages = [...bySeq.values()].sort((a, b) => a.seq - b.seq);
      const fresh = messages.filter((m) => m.seq > last);
      if (fresh.some((m) => m.sender === "customer")) this.typing = false;
      if (this.atEnd || fresh.some((m) => m.sender === "agent")) this.toEnd();
      else this.unseen += fresh.length;
    },
    before(messages, older) {
      const lines = this.$refs.lines;
      const from = lines.scrollHeight - lines.scrollTop;
      this.messages = [...messages, ...this.messages];
      this.older = older;
      this.loading = false;
      this.$nextTick(() => (lines.scrollTop = lines.scrollHeight - from));
    },
    more() {
      this.loading = true;
      this.$emit("older", this.messages.length ? this.messages[0].seq : 0);
    },
    types() {
      this.typing = true;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => (this.typing = false), TYPING_MS);
    },
    /** A panel that became lower moves nothing: only a scroll says what is being read. */
    scrolled() {
      const lines = this.$refs.lines;
      if (lines.clientHeight !== this.height) return void (this.height = lines.clientHeight);
      this.atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < NEAR_THE_END_PX;
      if (this.atEnd) this.unseen = 0;
    },
    toEnd() {
      this.unseen = 0;
      this.atEnd = true;
      this.$nextTick(() => (this.$refs.lines.scrollTop = this.$refs.lines.scrollHeight));
    },
    who: (sender) => WHO[sender] || sender,
    clock(at) {
      const day = (when) => new Date(when).toLocaleDateString("zh-CN", { timeZone: "Asia/Shanghai" });
      return day(at) === day(Date.now()) ? rdStaff.clock(at) : rdStaff.dayAndClock(at);
    },
  },
};
