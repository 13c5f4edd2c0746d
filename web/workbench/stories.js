const PATTERNS = { from_conversations: "真实对话", happy_path: "顺利的", corrections: "更正", digressions: "中途问别的", guards: "不该答的", request_human: "要人工", several_facts: "一次说几件事", short_answers: "简短回答", complaints: "投诉" };

export default {
  template: `
    <section>
      <div class="rd-head-line"><h1>故事</h1><span class="rd-muted">把一段真实的对话做成训练故事或测试对话；您改过的标注就是它该走的路。</span></div>
      <div class="rd-list-and-one">
        <nav class="rd-box" style="padding: 0" aria-label="有标注的对话">
          <button v-for="r in rows" :key="r.conversation_id" class="rd-row" :class="{ open: r.conversation_id === conversation }" :aria-current="r.conversation_id === conversation" @click="pick(r.conversation_id)">
            <span class="rd-row-text">{{ r.text }}</span>
            <span class="rd-row-foot"><span>{{ r.turns }} 句</span><span>改过 {{ r.corrected }} 句</span><time :datetime="r.at">{{ when(r.at) }}</time></span></button>
          <p v-if="loaded && !rows.length" class="rd-empty">这里列出审核时改过标注的对话。先到“审核”里采用几条，或者从一条消息点“做成故事”。</p>
        </nav>
        <article style="display: grid; gap: var(--rd-3); min-width: 0">
          <form class="rd-box" @submit.prevent="preview()">
            <div class="rd-set">
              <input class="rd-input" v-model.trim="name" maxlength="120" placeholder="名字：一句话说明这段对话" aria-label="名字">
              <select class="rd-input" v-model="kind" aria-label="种类" @change="again"><option value="story">训练故事</option><option value="test_story">测试对话</option></select>
              <select v-if="kind === 'test_story'" class="rd-input" v-model="pattern" aria-label="放在哪一类"><option v-for="(title, key) in patterns" :key="key" :value="key">{{ title }}</option></select>
              <button class="rd-button rd-primary" :disabled="!conversation || !name || busy">{{ busy ? "正在做" : "做成故事" }}</button>
            </div>
            <p v-if="!conversation" class="rd-muted">请从左边选一段对话。</p>
          </form>
          <template v-if="made">
            <div class="rd-two">
              <div class="rd-box"><div class="rd-head-line"><h2>新的{{ made.kind === "story" ? "故事" : "测试对话" }}</h2><span class="rd-muted">{{ made.file }}</span><span class="rd-spring"></span><button class="rd-button" type="button" @click="editing = !editing">{{ editing ? "看带行号的" : "修改" }}</button></div>
                <textarea v-if="editing" class="rd-code" v-model="text" aria-label="故事的 YAML" spellcheck="false" @change="preview(text)"></textarea>
                <div v-else class="rd-code" tabindex="0" role="region" aria-label="新的故事"><div v-for="(line, n) in lines" :key="n" :class="mark(n + 1)"><i>{{ n + 1 }}</i>{{ line }}</div></div></div>
              <div class="rd-box"><template v-if="made.closest"><div class="rd-head-line"><h2>最接近的已有故事</h2><span class="rd-muted">像 {{ Math.round(made.closest.likeness * 100) }}% · {{ made.closest.file }} 第 {{ made.closest.line }} 行</span></div>
                <div class="rd-code" tabindex="0" role="region" aria-label="最接近的已有故事"><div v-for="(line, n) in made.closest.text.replace(/\\n$/, '').split('\\n')" :key="n"><i>{{ made.closest.line + n }}</i>{{ line }}</div></div></template>
                <p v-else class="rd-empty">还没有同类的故事。</p></div>
            </div>
            <div class="rd-box">
              <div class="rd-head-line"><h2>校验</h2><span class="rd-muted" aria-live="polite">{{ verdict }}</span><span class="rd-spring"></span>
                <button class="rd-button" type="button" :disabled="checking" @click="$emit('check', { kind: made.kind, text })">{{ checking ? "Rasa 正在校验" : "用 Rasa 校验" }}</button>
                <button class="rd-button rd-primary" type="button" :disabled="busy || errors || Boolean(made.id)" @click="propose">{{ made.id ? "已在草稿里" : "放进草稿" }}</button></div>
              <ul class="rd-near" v-if="problems.length"><li v-for="(p, n) in problems" :key="n" :class="{ against: p.severity === 'error' }">
                <span><template v-if="p.line">第 {{ p.line }} 行：</template>{{ p.message }}</span>
                <span v-if="p.repair"><button class="rd-button" type="button" @click="preview(p.repair)">{{ p.repair_title || "按建议改" }}</button></span><span v-else-if="p.repair_title" class="rd-muted">建议：{{ p.repair_title }}</span></li></ul>
            </div>
          </template>
        </article>
      </div>
    </section>`,
  props: { rows: { type: Array, default: () => [] }, chosen: String, loaded: Boolean, busy: Boolean, checking: Boolean },
  data: () => ({ conversation: "", name: "", kind: "story", pattern: "from_conversations", made: null, text: "", editing: false, judged_: null, patterns: PATTERNS }),
  computed: {
    lines() { return this.text.replace(/\n$/, "").split("\n"); },
    problems() { return [...(this.made?.problems || []), ...(this.judged_?.problems || [])]; },
    errors() { return this.problems.some((p) => p.severity === "error"); },
    verdict() {
      if (this.checking) return "大约要半分钟，机器忙的时候更久。";
      if (this.judged_?.state === "failed") return this.judged_.why;
      if (this.errors) return "有要改的地方。";
      return this.judged_ ? "Rasa 没有发现冲突。" : "没有发现问题；写入前可以再让 Rasa 校验一次。";
    },
  },
  mounted() {
    if (this.chosen) this.conversation = this.chosen;
  },
  methods: {
    when: (at) => rdStaff.dayAndClock(at),
    pick(conversation) {
      this.conversation = conversation;
      this.made = this.judged_ = null;
    },
    again() {
      if (this.made) this.preview();
    },
    given(text) {
      return { conversation: this.conversation, name: this.name, kind: this.kind, pattern: this.pattern, text: text || null };
    },
    preview(text) {
      if (this.conversation && this.name) this.$emit("preview", this.given(text));
    },
    propose() {
      this.$emit("propose", this.given(this.text));
    },
    take(made) {
      this.made = made;
      this.text = made.text;
      this.judged_ = null;
    },
    judged(run) {
      this.judged_ = run;
    },
    mark(line) {
      const here = this.problems.filter((p) => p.line === line);
      if (here.some((p) => p.severity === "error")) return "clash";
      return here.length ? "doubt" : "";
    },
  },
};
