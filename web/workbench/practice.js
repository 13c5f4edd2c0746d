export default {
  template: `
    <section class="rd-practice">
      <div class="rd-run-head">
        <h1>练习</h1>
        <label class="rd-muted">候选模型
          <select class="rd-input" v-model="chosen" :disabled="busy" aria-label="候选模型"><option v-for="m in models" :key="m.name" :value="m.name">{{ m.name }}{{ m.verdict ? "（" + verdict(m.verdict) + "）" : "" }}</option></select></label>
        <button class="rd-button" :class="{ 'rd-primary': !talk }" :disabled="busy || !chosen" @click="$emit('begin', chosen)">{{ talk ? "重新开始" : "开始练习" }}</button>
        <button v-if="talk" class="rd-button" @click="$emit('end')">结束练习</button>
        <span v-if="talk" class="rd-muted">这里的对话和工单号只是练习，结束后就没有了。</span>
      </div>
      <template v-if="talk">
        <div class="rd-sides">
          <article class="rd-side" v-for="side in sides" :key="side.key" :aria-label="side.title">
            <header><h2>{{ side.title }}</h2><span class="rd-muted rd-num">{{ side.model }}</span></header>
            <div class="rd-side-lines" :ref="'lines-' + side.key" tabindex="0" role="log">
              <template v-for="(l, at) in lines[side.key]" :key="at">
                <p v-if="l.note" class="rd-side-note" :class="{ differs: l.differs }">{{ l.note }}</p>
                <div v-else class="rd-side-line" :class="{ mine: l.mine }">{{ l.text }}<div v-if="l.choices && l.choices.length && at === lines[side.key].length - 1" class="rd-chips"><button v-for="c in l.choices" :key="c.value" class="rd-chip" :disabled="waiting || state !== 'ready'" @click="press(l.asks, c)">{{ c.label }}</button></div></div>
              </template>
            </div>
          </article>
        </div>
        <form class="rd-say" @submit.prevent="send">
          <input class="rd-input" ref="words" v-model="words" maxlength="2000" :disabled="state !== 'ready'" :placeholder="hint" aria-label="像客户一样说一句话">
          <button class="rd-button rd-primary" :disabled="state !== 'ready' || waiting || !words.trim()">发送</button>
        </form>
      </template>
      <p v-else-if="loaded && models.length" class="rd-empty">选一个候选模型，像客户一样说话：左边是正在使用的模型，右边是候选。这里说的话不会成为客户的对话或工单。</p>
      <p v-else-if="loaded" class="rd-empty">还没有候选模型。请先在“训练”里做一次训练，做好以后就能在这里和它对话。</p>
    </section>`,
  props: { models: { type: Array, default: () => [] }, talk: String, state: String, error: String, before: Object, after: Object, loaded: Boolean, busy: Boolean },
  data: () => ({ chosen: null, words: "", waiting: false, lines: { before: [], after: [] } }),
  watch: {
    models: {
      immediate: true,
      handler(models) {
        if (!models.some((m) => m.name === this.chosen)) this.chosen = models.length ? models[0].name : null;
      },
    },
    state(now) {
      if (now === "ready") this.$nextTick(() => this.$refs.words?.focus());
    },
  },
  computed: {
    sides() {
      return [
        { key: "before", title: "正在使用", model: this.before?.model || "" },
        { key: "after", title: "候选", model: this.after?.model || "" },
      ];
    },
    hint() {
      if (this.state === "failed") return this.error || "候选模型没有启动";
      return this.state === "ready" ? "像客户一样说一句话，回车发送" : "候选模型正在启动，大约半分钟";
    },
  },
  methods: {
    verdict: (name) => ({ better: "更好", same: "相当", worse: "不如现在的", first: "第一个" })[name] || name,
    /** A new talk begins: what each bot greets with. */
    begin(before, after) {
      this.lines = { before: before.replies.map(line), after: after.replies.map(line) };
      this.words = "";
      this.waiting = false;
    },
    /** What both said. */
    heard(before, after) {
      const differs = before.intent !== after.intent || JSON.stringify(before.facts) !== JSON.stringify(after.facts);
      this.lines.before.push(note(before, differs), ...before.replies.map(line));
      this.lines.after.push(note(after, differs), ...after.replies.map(line));
      this.waiting = false;
      this.toEnd();
      this.$nextTick(() => this.$refs.words?.focus());
    },
    failed() {
      this.waiting = false;
    },
    send() {
      const words = this.words.trim();
      if (!words || this.waiting || this.state !== "ready") return;
      this.say(words, { text: words });
      this.words = "";
    },
    press(fact, choice) {
      this.say(choice.label, { choice: { fact, value: choice.value } });
    },
    say(text, body) {
      this.waiting = true;
      for (const side of ["before", "after"]) this.lines[side].push({ mine: true, text });
      this.toEnd();
      this.$emit("say", body);
    },
    toEnd() {
      this.$nextTick(() => {
        for (const side of ["before", "after"]) {
          const box = [this.$refs["lines-" + side]].flat()[0];
          if (box) box.scrollTop = box.scrollHeight;
        }
      });
    },
  },
};

function line(reply) {
  return { text: reply.text, asks: reply.asks, choices: reply.choices };
}

function note(side, differs) {
  const sure = side.confidence === null || side.confidence === undefined ? "" : `，把握 ${Math.round(side.confidence * 100)}%`;
  const facts = Object.entries(side.facts || {}).map(([fact, value]) => `${fact}：${value}`);
  const parts = [`${side.intent_title || side.intent || "没有认出"}${sure}`, ...facts, side.ms ? `${Math.round(side.ms)} 毫秒` : ""];
  return { note: (differs ? "两边不同 · " : "") + parts.filter(Boolean).join(" · "), differs };
}
