const KINDS = { ask: "下一个问题", wait: "在等", conclude: "结论" };

export default {
  template: `
    <section class="rd-case" aria-label="诊断">
      <dl v-if="summary" class="rd-summary">
        <div v-for="line in lines" :key="line.title"><dt>{{ line.title }}</dt><dd>{{ line.text }}</dd></div>
      </dl>
      <template v-if="data">
        <p v-for="c in data.contradictions" :key="c.text" class="rd-alert" role="status">⚠ {{ c.text }} <span class="rd-cite">{{ (c.cites || []).join("、") }}</span></p>
        <p v-if="data.next" class="rd-next">
          <b>{{ kind(data.next.kind) }}</b> {{ data.next.outcome_title || data.next.title }}
          <span class="rd-cite" :title="data.next.citation_title">{{ data.next.citation }}</span>
        </p>
        <details v-if="data.open_causes.length > 1">
          <summary>还有 {{ data.open_causes.length }} 种可能</summary>
          <ul class="rd-causes"><li v-for="c in data.open_causes" :key="c.id">{{ c.title }}</li></ul>
        </details>
        <h2>事实</h2>
        <table class="rd-facts">
          <thead><tr><th>事实</th><th>值</th><th>谁说的</th></tr></thead>
          <tbody>
            <tr v-for="f in data.facts" :key="f.fact">
              <th scope="row">{{ f.title }}</th>
              <td>
                <select v-if="can && f.options" :value="f.value" :aria-label="f.title" @change="set(f.fact, $event.target.value)">
                  <option v-if="!f.options.some(o => o.value === f.value)" :value="f.value">{{ f.label || f.value }}</option>
                  <option v-for="o in f.options" :key="o.value" :value="o.value">{{ o.label }}</option>
                </select>
                <template v-else>{{ f.label || f.value }}</template>
                <button v-if="f.personal && can && masked(f)" class="rd-link" @click="$emit('reveal', f.fact)">查看</button>
              </td>
              <td :title="f.note || ''">{{ f.said_by_title || f.said_by }} <time class="rd-muted">{{ clock(f.at) }}</time></td>
            </tr>
            <tr v-if="!data.facts.length"><td colspan="3" class="rd-empty">还没有事实。客户说出或您填写后，会列在这里。</td></tr>
          </tbody>
        </table>
        <form v-if="can && data.settable.length" class="rd-set" @submit.prevent="add">
          <select v-model="fact" aria-label="要填写的事实"><option value="">填写事实…</option><option v-for="s in data.settable" :key="s.fact" :value="s.fact">{{ s.title }}</option></select>
          <select v-if="options" v-model="value" aria-label="值"><option v-for="o in options" :key="o.value" :value="o.value">{{ o.label }}</option></select>
          <input v-else-if="fact" v-model.trim="value" class="rd-input" aria-label="值" maxlength="64" :placeholder="kindOf === 'place' ? '两位国家代码，例如 JP' : '数字'">
          <button class="rd-button" :disabled="!fact || !value">填写</button>
        </form>
        <h2>走过的步骤</h2>
        <ol class="rd-path">
          <li v-for="p in data.path" :key="p.node"><span>{{ p.title }}：{{ p.answer_label || p.answer }}</span> <span class="rd-cite" :title="p.citation_title">{{ p.citation }}{{ p.inferred ? " 推断" : "" }}</span></li>
          <li v-if="!data.path.length" class="rd-empty">客户说出故障后，这里是指南里走过的每一步。</li>
        </ol>
      </template>
      <p v-else class="rd-empty">还没有诊断。客户说出故障后，这里显示指南走到哪一步。</p>
    </section>`,
  props: { data: Object, summary: Object, can: Boolean },
  data: () => ({ fact: "", value: "" }),
  computed: {
    lines() {
      const s = this.summary;
      const many = (list) => (Array.isArray(list) ? list.join("；") : list) || "";
      return [["谁", s.who], ["在哪", s.where], ["问题", s.what], ["试过", many(s.tried)], ["查明", many(s.found)], ["待办", many(s.open)], ["交接备注", s.memo]]
        .filter(([, text]) => text).map(([title, text]) => ({ title, text }));
    },
    chosen() {
      return this.data.settable.find((s) => s.fact === this.fact);
    },
    options() {
      return this.chosen?.options;
    },
    kindOf() {
      return this.chosen?.kind;
    },
  },
  watch: {
    fact() {
      this.value = "";
    },
  },
  methods: {
    kind: (kind) => KINDS[kind] || kind,
    /** What was not said (不方便提供) has nothing behind it. */
    masked: (f) => (f.label || f.value).includes("*"),
    set(fact, value) {
      this.$emit("fact", { fact, value });
    },
    add() {
      this.set(this.fact, this.kindOf === "place" ? this.value.toUpperCase() : this.value);
      this.fact = "";
    },
    clock: (at) => rdStaff.clock(at),
  },
};
