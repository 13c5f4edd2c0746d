export default {
  template: `
    <section class="rd-outline" aria-label="大纲">
      <p v-if="!outline && draft" class="rd-empty">{{ isTree ? "文本里有读不懂的地方，改好后这里显示大纲。" : "这份内容没有步骤，请在“文本”里查看和修改。" }}</p>
      <template v-else-if="outline">
        <ol>
          <li v-for="n in outline.nodes" :key="n.id" class="rd-node" :class="{ faulty: n.problems }" :data-node="n.id">
            <div class="rd-draft-line"><b>{{ n.title }}</b><code>{{ n.id }}</code><i v-if="n.id === outline.start" class="rd-state published">起点</i>
              <i v-if="n.inferred" class="rd-state">推断</i><span class="rd-muted">{{ n.asked }}</span><b v-if="n.problems" class="low">{{ n.problems }} 处问题</b>
              <span class="rd-spring"></span><span class="rd-cite" v-for="c in n.cites" :key="c.id" :title="c.title">{{ c.id }}</span>
              <button v-if="can && editing !== n.id" class="rd-link" @click="edit(n)" :aria-label="'修改步骤 ' + n.title">修改</button></div>
            <template v-if="editing !== n.id">
              <p v-if="n.question">{{ n.question }}<span class="rd-muted" v-if="n.why">（{{ n.why }}）</span></p>
              <p v-if="n.note" class="rd-muted">{{ n.note }}</p>
              <ul class="rd-answers"><li v-for="a in n.answers" :key="a.value"><span>{{ a.label }}</span> → <span>{{ a.target_title }}</span></li></ul>
            </template>
            <form v-else class="rd-node-form" @submit.prevent="save(n)">
              <label>看哪个事实<select class="rd-input" v-model="form.fact" @change="form.answers = []"><option v-for="f in choices.facts" :key="f.value" :value="f.value">{{ f.label }}（{{ f.asked }}）</option></select></label>
              <template v-if="form.fact === n.fact"><label>问题<input class="rd-input" v-model.trim="form.question" maxlength="200"></label>
                <label>为什么问<input class="rd-input" v-model.trim="form.why" maxlength="200"></label></template>
              <label>备注<input class="rd-input" v-model.trim="form.note" maxlength="200"></label>
              <fieldset><legend>依据</legend><span class="rd-chips"><button type="button" class="rd-chip" v-for="c in form.cites" :key="c" :title="'去掉 ' + c" @click="form.cites = form.cites.filter(x => x !== c)">{{ c }} ×</button></span>
                <select class="rd-input" aria-label="添加依据" @change="cite($event.target)"><option value="">添加依据…</option><option v-for="c in choices.citations" :key="c.value" :value="c.value">{{ c.value }} {{ c.label }}</option></select>
                <label class="rd-check"><input type="checkbox" v-model="form.inferred"> 指南没有写，是推断</label></fieldset>
              <fieldset><legend>回答与去处</legend>
                <div class="rd-draft-line" v-for="(a, i) in form.answers" :key="i">
                  <select class="rd-input" v-model="a.value" aria-label="回答"><option v-for="v in values(a.value)" :key="v.value" :value="v.value">{{ v.label }}</option></select> →
                  <select class="rd-input" v-model="a.target" aria-label="去处"><option v-for="t in targets(a.target)" :key="t.value" :value="t.value">{{ t.label }}</option></select>
                  <button type="button" class="rd-link" @click="form.answers.splice(i, 1)">去掉</button></div>
                <button type="button" class="rd-link" @click="form.answers.push({ value: '', target: '' })">加一个回答</button></fieldset>
              <div class="rd-acts"><button type="button" class="rd-button" v-if="outline.nodes.length > 1" @click="sure ? remove(n) : (sure = true)">{{ sure ? "确定删除" : "删除这一步" }}</button>
                <button type="button" class="rd-button" @click="editing = null">取消</button><button class="rd-button rd-primary" :disabled="busy || !complete">保存这一步</button></div>
            </form>
          </li>
        </ol>
        <form v-if="can" class="rd-node rd-set" @submit.prevent="add">
          <input class="rd-input" v-model.trim="fresh.node" maxlength="40" placeholder="新步骤的名称（字母）" aria-label="新步骤的名称">
          <select class="rd-input" v-model="fresh.fact" aria-label="新步骤看哪个事实"><option value="">看哪个事实…</option><option v-for="f in choices.facts" :key="f.value" :value="f.value">{{ f.label }}</option></select>
          <select class="rd-input" v-model="fresh.target" aria-label="所有回答先去哪里"><option value="">所有回答先去…</option><option v-for="t in choices.targets" :key="t.value" :value="t.value">{{ t.label }}</option></select>
          <button class="rd-button" :disabled="busy || !/^[a-z][a-z0-9_]*$/.test(fresh.node) || !fresh.fact || !fresh.target">添加步骤</button>
        </form>
        <h2>结论与建议</h2>
        <ul>
          <li v-for="o in outline.outcomes" :key="o.id" class="rd-node" :data-outcome="o.id">
            <div class="rd-draft-line"><b>{{ o.title }}</b><code>{{ o.id }}</code><i v-if="o.inferred" class="rd-state">推断</i><span class="rd-spring"></span>
              <span class="rd-cite" v-for="c in o.cites" :key="c.id" :title="c.title">{{ c.id }}</span>
              <button v-if="can && editing !== 'outcome:' + o.id" class="rd-link" @click="advise(o)" :aria-label="'修改结论 ' + o.title">修改</button></div>
            <template v-if="editing !== 'outcome:' + o.id"><p>{{ o.cause }}</p><ol class="rd-steps"><li v-for="s in o.steps" :key="s">{{ s }}</li></ol><p class="rd-muted">{{ o.we_do }}</p></template>
            <form v-else class="rd-node-form" @submit.prevent="saveOutcome(o)">
              <label>名称<input class="rd-input" v-model.trim="advice.title" maxlength="60"></label>
              <label>最可能的原因<textarea class="rd-input" v-model.trim="advice.cause" rows="2" maxlength="400"></textarea></label>
              <label>客户现在能做的（每行一步）<textarea class="rd-input" v-model="advice.steps" rows="4"></textarea></label>
              <label>我们做什么<textarea class="rd-input" v-model.trim="advice.we_do" rows="2" maxlength="400"></textarea></label>
              <div class="rd-acts"><button type="button" class="rd-button" @click="editing = null">取消</button><button class="rd-button rd-primary" :disabled="busy || !advice.steps.trim()">保存结论</button></div>
            </form>
          </li>
        </ul>
      </template>
    </section>`,
  props: { outline: Object, choices: { type: Object, default: () => ({ facts: [], citations: [], targets: [] }) }, can: Boolean, busy: Boolean, isTree: Boolean, draft: String },
  data: () => ({ editing: null, form: {}, advice: {}, sure: false, fresh: { node: "", fact: "", target: "" } }),
  computed: {
    complete() {
      const values = this.form.answers.map((a) => a.value);
      return values.length && this.form.answers.every((a) => a.value && a.target) && new Set(values).size === values.length;
    },
  },
  watch: {
    draft() {
      this.editing = null;
    },
  },
  methods: {
    edit(n) {
      this.sure = false;
      this.form = {
        fact: n.fact, question: n.question, why: n.why, note: n.note, inferred: n.inferred,
        cites: n.cites.map((c) => c.id), answers: n.answers.map(({ value, target }) => ({ value, target })),
      };
      this.editing = n.id;
    },
    cite(select) {
      if (select.value && !this.form.cites.includes(select.value)) this.form.cites.push(select.value);
      select.value = "";
    },
    values(now) {
      const fact = this.choices.facts.find((f) => f.value === this.form.fact);
      const known = [...(fact?.answers || []), { value: "unknown", label: "未知" }, { value: "else", label: "其他" }];
      const own = known.filter((v, i) => known.findIndex((w) => w.value === v.value) === i);
      return !now || own.some((v) => v.value === now) ? own : [{ value: now, label: now }, ...own];
    },
    targets(now) {
      const known = this.choices.targets;
      return !now || known.some((t) => t.value === now) ? known : [{ value: now, label: now }, ...known];
    },
    save(n) {
      const f = this.form;
      const set = { do: "set_node", tree: this.outline.tree, node: n.id };
      const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
      if (f.fact !== n.fact) set.fact = f.fact;
      if (f.note !== n.note) set.note = f.note;
      if (f.inferred !== n.inferred) set.inferred = f.inferred;
      if (!same(f.cites, n.cites.map((c) => c.id))) set.cites = f.cites;
      if (!same(f.answers, n.answers.map(({ value, target }) => ({ value, target }))))
        set.answers = Object.fromEntries(f.answers.map((a) => [a.value, a.target]));
      const edits = Object.keys(set).length > 3 ? [set] : [];
      const fact = { do: "set_fact", fact: n.fact };
      if (f.fact === n.fact && f.question !== n.question) fact.question = f.question;
      if (f.fact === n.fact && f.why !== n.why) fact.why = f.why;
      if (Object.keys(fact).length > 2) edits.push(fact);
      if (edits.length) this.$emit("edit", edits);
      else this.editing = null;
    },
    remove(n) {
      this.$emit("edit", [{ do: "remove_node", tree: this.outline.tree, node: n.id }]);
    },
    add() {
      const { node, fact, target } = this.fresh;
      const known = this.choices.facts.find((f) => f.value === fact)?.answers || [];
      const answers = known.length ? Object.fromEntries(known.map((v) => [v.value, target])) : { else: target };
      this.$emit("edit", [{ do: "add_node", tree: this.outline.tree, node, fact, cites: [], answers }]);
    },
    advise(o) {
      this.advice = { title: o.title, cause: o.cause, steps: o.steps.join("\n"), we_do: o.we_do };
      this.editing = "outcome:" + o.id;
    },
    saveOutcome(o) {
      const steps = this.advice.steps.split("\n").map((s) => s.trim()).filter(Boolean);
      const set = { do: "set_outcome", outcome: o.id };
      for (const key of ["title", "cause", "we_do"]) if (this.advice[key] !== o[key]) set[key] = this.advice[key];
      if (steps.join("\n") !== o.steps.join("\n")) set.steps = steps;
      if (Object.keys(set).length > 2) this.$emit("edit", [set]);
      else this.editing = null;
    },
    /** The edits were taken: what was typed need not be kept any longer. */
    done() {
      this.editing = null;
      this.fresh = { node: "", fact: "", target: "" };
    },
  },
};
