export default {
  template: `
    <section class="rd-simulator" aria-label="模拟器">
      <div class="rd-draft-line"><h2>模拟器</h2><span class="rd-muted">按事实走一遍，什么都不会保存</span><span class="rd-spring"></span><button class="rd-link" :disabled="!chosen.length" @click="$emit('walk', {})">重新开始</button></div>
      <template v-if="seen">
        <ol class="rd-path"><li v-for="p in seen.path" :key="p.node"><span>{{ p.title }}：<b>{{ p.answer_label }}</b><span v-if="p.by_table" class="rd-muted" :title="p.by_table.note">（{{ table(p.by_table) }}）</span></span>
          <span><span class="rd-cite" v-for="c in p.cites" :key="c.id" :title="c.title">{{ c.id }} </span><i v-if="p.inferred" class="rd-state">推断</i><button v-if="facts[p.fact] !== undefined" class="rd-link" :aria-label="'去掉 ' + p.title" @click="without(p.fact)">×</button></span></li></ol>
        <div class="rd-next" role="status">
          <template v-if="seen.step.kind === 'conclude'"><p><b>结论</b> {{ seen.step.title }} <span class="rd-cite" v-for="c in seen.step.cites" :key="c.id" :title="c.title">{{ c.id }} </span></p><p>{{ seen.step.cause }}</p><ol class="rd-steps"><li v-for="s in seen.step.steps" :key="s">{{ s }}</li></ol></template>
          <template v-else><p><b>{{ seen.step.kind === "ask" ? "问客户" : "等" + seen.step.who }}</b> {{ seen.step.question || seen.step.title }}</p>
            <div class="rd-chips"><button v-for="o in seen.step.options" :key="o.value" class="rd-chip" @click="say(seen.step.of, o.value)">{{ o.label }}</button></div>
            <form v-if="typed" class="rd-set" @submit.prevent="say(seen.step.of, place ? value.toUpperCase() : value)"><input class="rd-input" v-model.trim="value" maxlength="32" :placeholder="place ? '两位国家代码，例如 JP' : '数字'" :aria-label="seen.step.title"><button class="rd-button" :disabled="!value">填写</button></form></template>
        </div>
        <p v-if="seen.open_causes.length > 1" class="rd-muted">还有 {{ seen.open_causes.length }} 种可能</p>
        <form v-if="can && chosen.length" class="rd-set" @submit.prevent="keep"><input class="rd-input" v-model.trim="name" maxlength="120" placeholder="用一句话说明，存为案例" aria-label="案例的说明"><button class="rd-button" :disabled="busy || name.length < 2">存为案例</button></form>
      </template>
      <p v-else class="rd-empty">选一棵树或一份草稿，在这里试走。</p>
    </section>`,
  props: { seen: Object, facts: { type: Object, default: () => ({}) }, can: Boolean, busy: Boolean },
  data: () => ({ value: "", name: "" }),
  computed: {
    chosen() {
      return Object.keys(this.facts);
    },
    place() {
      return this.seen.step.kind_of_fact === "place";
    },
    typed() {
      return ["place", "digits", "count"].includes(this.seen.step.kind_of_fact);
    },
  },
  methods: {
    table: ({ table, source, as_of }) => [table, source, as_of !== "undated" && as_of].filter(Boolean).join("，"),
    say(fact, value) {
      this.value = "";
      this.$emit("walk", { ...this.facts, [fact]: value });
    },
    without(fact) {
      const { [fact]: _, ...rest } = this.facts;
      this.$emit("walk", rest);
    },
    keep() {
      const { kind, of } = this.seen.step;
      this.$emit("keep", { name: this.name, facts: this.facts, expects: kind === "conclude" ? "end" : kind, of });
      this.name = "";
    },
  },
};
