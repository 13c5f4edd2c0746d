const COLUMNS = [["tests", "测试对话"], ["stories", "训练故事"], ["cases", "案例"], ["conversations", "真实对话"]];
const NAMES = { tests: "test_names", stories: "story_names", cases: "case_names" };

export default {
  template: `
    <section>
      <div class="rd-head-line"><h1>覆盖</h1><span class="rd-muted" v-if="data">诊断树 {{ data.revision.slice(0, 8) }}；有真实对话经过、却没有测试对话的步骤：<b class="rd-num" :class="{ low: data.untested }">{{ data.untested }}</b></span><span class="rd-spring"></span>
        <select class="rd-input" v-model="days" aria-label="真实对话的时间" @change="$emit('days', days)"><option value="">全部时间</option><option value="7">最近 7 天</option><option value="30">最近 30 天</option></select></div>
      <p class="rd-muted">测试对话按其中标出的事实重走诊断树，训练故事只到报障的业务为止，案例是 data/diagnosis 里的。颜色越深越多；红色是真实对话走到了、而没有测试的步骤。</p>
      <table class="rd-heat" v-if="data">
        <thead><tr><th>步骤</th><th v-for="[key, title] in columns" :key="key">{{ title }}</th><th>真实对话的结论</th></tr></thead>
        <tbody v-for="tree in data.trees" :key="tree.tree">
          <tr class="tree"><th colspan="6" scope="colgroup">{{ tree.title }}</th></tr>
          <tr v-for="node in tree.nodes" :key="node.node"><th scope="row">{{ node.title }} <span class="rd-muted">{{ node.node.split("/")[1] }} {{ node.citations.join("、") }}{{ node.inferred ? "（推断）" : "" }}</span></th>
            <td v-for="[key, title] in columns" :key="key" class="cell" :class="shade(node, key)"><button v-if="node[key]" :aria-label="node.title + '，' + title + ' ' + node[key]" @click="open = { node, key, title }">{{ node[key] }}</button><button v-else disabled :aria-label="node.title + '，' + title + ' 0'">0</button></td>
            <td>{{ node.outcomes.slice(0, 3).map((o) => o.title + " " + o.count).join("；") }}<span v-if="node.outcomes.length > 3" class="rd-muted">，另 {{ node.outcomes.length - 3 }} 种</span></td></tr>
        </tbody>
      </table>
      <p v-else class="rd-empty">正在读取……</p>
      <dialog ref="box" class="rd-dialog" :aria-label="open ? open.node.title : ''" @close="open = null"><template v-if="open"><p class="rd-title">{{ open.node.title }} · {{ open.title }} {{ open.node[open.key] }}</p>
        <ul class="rd-near" v-if="names.length"><li v-for="(n, i) in names" :key="i">{{ n }}</li></ul><p v-if="names.length < open.node[open.key] && open.key !== 'conversations'" class="rd-muted">只列出前 {{ names.length }} 个。</p></template><form method="dialog" class="rd-acts"><button class="rd-button">关闭</button></form></dialog>
    </section>`,
  props: { data: Object },
  data: () => ({ days: "", open: null, columns: COLUMNS }),
  computed: {
    most() {
      const nodes = this.data.trees.flatMap((tree) => tree.nodes);
      return Object.fromEntries(COLUMNS.map(([key]) => [key, Math.max(1, ...nodes.map((n) => n[key]))]));
    },
    names() {
      if (!this.open) return [];
      if (this.open.key === "conversations") return this.open.node.outcomes.map((o) => `${o.title}：${o.count} 段`);
      return this.open.node[NAMES[this.open.key]];
    },
  },
  watch: {
    open(now) {
      if (now) this.$nextTick(() => this.$refs.box.showModal());
    },
  },
  methods: {
    shade(node, key) {
      const count = node[key];
      if (!count) return key === "tests" && node.conversations ? "gap" : "none";
      return "h" + Math.max(1, Math.ceil((4 * Math.log(count + 1)) / Math.log(this.most[key] + 1)));
    },
  },
};
