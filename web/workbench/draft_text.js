const KEEP = "rd-draft-text:";

export default {
  template: `
    <section class="rd-text" aria-label="文本">
      <div class="rd-draft-line">
        <div class="rd-chips" role="group" aria-label="文件">
          <button v-for="f in files" :key="f.file" class="rd-chip" :aria-pressed="f.file === file" @click="open(f.file)">{{ short(f.file) }}{{ f.changed ? " ●" : "" }}<b v-if="faults[f.file]" class="low"> {{ faults[f.file] }}</b></button>
        </div>
        <select v-if="can && more.length" class="rd-input" aria-label="加入别的文件" @change="$emit('add', $event.target.value); $event.target.value = ''"><option value="">加入别的文件…</option><option v-for="m in more" :key="m" :value="m">{{ short(m) }}</option></select>
        <span class="rd-spring"></span>
        <span class="rd-muted" aria-live="polite">{{ dirty ? "有未保存的修改" : "" }}</span>
        <button v-if="can" class="rd-button" :disabled="!dirty" @click="undo">放弃修改</button>
        <button v-if="can" class="rd-button rd-primary" :disabled="busy || !dirty" title="Ctrl+S" @click="save">保存并检查</button>
      </div>
      <div class="rd-editor" v-if="file">
        <pre ref="gutter" class="rd-gutter" aria-hidden="true"><span v-for="n in lines" :key="n" :class="{ bad: marked[n] }" :title="marked[n]">{{ n }}</span></pre>
        <textarea ref="area" v-model="words" :readonly="!can" spellcheck="false" wrap="off" :aria-label="short(file) + ' 的文本'" @scroll="follow" @keydown.ctrl.s.prevent="save" @keydown.meta.s.prevent="save" @keydown.tab.exact="indent"></textarea>
      </div>
      <ul class="rd-problems" aria-label="问题">
        <li v-for="p in here" :key="p.line + p.text"><button class="rd-link" @click="jump(p.line)">第 {{ p.line }} 行</button> {{ p.text }}</li>
      </ul>
    </section>`,
  props: { draft: String, version: Number, files: { type: Array, default: () => [] }, problems: { type: Array, default: () => [] }, more: { type: Array, default: () => [] }, can: Boolean, busy: Boolean },
  data: () => ({ file: null, words: "", seen: "" }),
  computed: {
    dirty() {
      return this.words !== this.seen;
    },
    lines() {
      return this.words.split("\n").length;
    },
    here() {
      return this.problems.filter((p) => p.file === this.file);
    },
    marked() {
      return Object.fromEntries(this.here.map((p) => [p.line, p.text]));
    },
    faults() {
      const counts = {};
      for (const p of this.problems) counts[p.file] = (counts[p.file] || 0) + 1;
      return counts;
    },
    key() {
      return `${KEEP}${this.draft}:${this.file}`;
    },
  },
  watch: {
    files: {
      immediate: true,
      handler() {
        if (!this.files.some((f) => f.file === this.file)) return this.open(this.files[0]?.file || null);
        const text = this.published();
        // What somebody is typing stays; what the outline changed in the text comes in.
        if (!this.dirty) this.words = text;
        this.seen = text;
      },
    },
    draft() {
      this.open(this.files[0]?.file || null);
    },
    words() {
      // A page that closes loses nothing.
      if (this.can && this.draft) this.dirty ? localStorage.setItem(this.key, this.words) : localStorage.removeItem(this.key);
    },
  },
  methods: {
    short: (file) => file.split("/").pop(),
    published() {
      return this.files.find((f) => f.file === this.file)?.text || "";
    },
    open(file) {
      this.file = file;
      this.seen = this.published();
      this.words = (this.can && this.draft && localStorage.getItem(this.key)) || this.seen;
    },
    undo() {
      this.words = this.seen;
    },
    save() {
      if (this.can && this.dirty && !this.busy) this.$emit("save", { file: this.file, text: this.words });
    },
    saved(file, text) {
      localStorage.removeItem(`${KEEP}${this.draft}:${file}`);
      if (file === this.file) this.seen = text;
    },
    indent(event) {
      const area = event.target;
      event.preventDefault();
      area.setRangeText("  ", area.selectionStart, area.selectionEnd, "end");
      this.words = area.value;
    },
    follow() {
      this.$refs.gutter.scrollTop = this.$refs.area.scrollTop;
    },
    jump(line) {
      const area = this.$refs.area;
      const before = this.words.split("\n").slice(0, line - 1).join("\n").length + (line > 1);
      area.focus();
      area.setSelectionRange(before, before + (this.words.split("\n")[line - 1] || "").length);
      area.scrollTop = Math.max(0, (line - 6) * (area.scrollHeight / Math.max(this.lines, 1)));
      this.follow();
    },
    /** Show a line of a file. */
    async show(file, line) {
      if (file !== this.file) this.open(file);
      await this.$nextTick();
      this.jump(line);
    },
  },
};
