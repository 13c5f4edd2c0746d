const EXPECTS = { ask: "问", wait: "等", end: "结论", conclude: "结论" };

export default {
  template: `
    <section class="rd-checks" aria-label="检查">
      <p class="rd-verdict-line" role="status" :class="green ? 'ok' : 'low'">{{ green ? "✓ 检查全部通过" : "✗ 检查没有全部通过" }}<span class="rd-muted" v-if="cases.length">　{{ cases.length - failing.length }} / {{ cases.length }} 个案例通过</span></p>
      <ul class="rd-problems" v-if="problems.length"><li v-for="p in problems" :key="p.file + p.line + p.text"><button class="rd-link" @click="$emit('jump', { file: p.file, line: p.line })">{{ short(p.file) }} 第 {{ p.line }} 行</button> {{ p.text }}</li></ul>
      <template v-if="isTree">
        <p v-if="!cases.length" class="rd-empty">先改好上面的问题，案例才能走。</p>
        <template v-else>
          <label class="rd-check"><input type="checkbox" v-model="all"> 也显示通过的案例和别的树的案例</label>
          <table class="rd-table"><thead><tr><th>案例</th><th>应当</th><th>实际</th><th></th></tr></thead>
            <tbody><tr v-for="c in shown" :key="c.file + c.line"><td><b :class="c.ok ? 'ok' : 'low'">{{ c.ok ? "✓" : "✗" }}</b> {{ c.name }}</td><td>{{ words(c.expects, c.of) }}</td><td :class="{ low: !c.ok }">{{ c.ok ? "相同" : words(...c.got.split(" ")) }}</td>
              <td class="rd-once"><button class="rd-link" @click="$emit('walk', c.facts)">走一遍</button><button class="rd-link" @click="$emit('jump', { file: c.file, line: c.line })">看文本</button></td></tr></tbody></table>
        </template>
      </template>
    </section>`,
  props: { green: Boolean, isTree: Boolean, document: String, problems: { type: Array, default: () => [] }, cases: { type: Array, default: () => [] }, choices: Object },
  data: () => ({ all: false }),
  computed: {
    failing() {
      return this.cases.filter((c) => !c.ok);
    },
    shown() {
      const own = this.cases.filter((c) => !c.ok || this.short(c.file) === this.document + ".cases.yml");
      return this.all ? this.cases : own;
    },
  },
  methods: {
    short: (file) => file.split("/").pop(),
    words(expects, of) {
      const known = [...(this.choices?.facts || []), ...(this.choices?.targets || [])];
      const found = known.find((k) => k.value === of || k.value === "outcome:" + of);
      return `${EXPECTS[expects] || expects} ${(found?.label || of).replace("结论：", "")}`;
    },
  },
};
