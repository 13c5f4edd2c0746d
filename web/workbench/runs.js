const STATES = { queued: "排队中", running: "正在训练", done: "完成", failed: "没有做成" };
const VERDICTS = { better: "▲ 比现在的好", same: "= 和现在的相当", worse: "▼ 不如现在的" };
const DECISIONS = { promoted: "已启用", refused: "已拒绝", rolled_back: "已退回" };
const PHASES = { queued: "排队", start: "准备", train: "训练", prove: "验证", done: "完成" };
const FIGURES = [
  ["intent_macro_f1", "意图 macro-F1", 3], ["intent_accuracy", "意图准确率", 3], ["out_of_scope_recall", "范围之外的召回率", 3],
  ["place_f1", "地点 F1", 3], ["fact_macro_f1", "事实 macro-F1", 3], ["category_macro_f1", "投诉类别 macro-F1", 3],
  ["right_when_sure", "把握 ≥ 0.9 时对的比例", 3], ["cpu_ms_p50", "每句 CPU 毫秒（中位数）", 1], ["cpu_ms_p95", "每句 CPU 毫秒（95 分位）", 1],
];
const FOLD = 12;

export default {
  template: `
    <section class="rd-page">
      <div class="rd-run-head">
        <h1>训练与验证</h1>
        <span class="rd-muted">正在使用 <b class="rd-num">{{ models.in_use || "还没有模型" }}</b><template v-if="models.serving && models.serving !== models.in_use">（Rasa 正在换：{{ models.serving }}）</template></span>
        <button class="rd-button" v-if="models.before" :disabled="busy" :title="'退回到 ' + models.before" @click="ask('rollback')">退回上一个模型</button>
        <button class="rd-button rd-primary" :disabled="busy || active" @click="$emit('begin')">开始训练</button>
      </div>
      <p class="rd-muted">用 data/ 里现在的数据训练一个候选模型，再和正在使用的逐句比较。训练在后台进行，客户的对话不受影响；比较通过才能启用。</p>
      <form class="rd-run-box" v-if="asking === 'rollback'" @submit.prevent="decide('rollback')">
        <p>退回到 <b>{{ models.before }}</b>。换的时候没有对话会中断；现在这个模型不会在下次启动时自动回来。</p>
        <div class="rd-run-decide"><input class="rd-input" v-model.trim="reason" maxlength="1000" placeholder="原因（会记录下来）" aria-label="退回的原因">
          <button class="rd-button rd-primary" :disabled="busy">确定退回</button><button type="button" class="rd-button" @click="asking = null">取消</button></div>
      </form>
      <div class="rd-run-grid" v-if="runs.length">
        <nav class="rd-run-box rd-run-list" style="padding: 0" aria-label="历次训练">
          <button v-for="r in runs" :key="r.id" class="rd-run-row" :aria-current="r.id === run?.id ? 'true' : 'false'" @click="$emit('pick', r.id)">
            <span><time :datetime="r.created_at">{{ clock(r.created_at) }}</time><b class="rd-verdict" :class="r.decision || r.verdict || r.state">{{ r.decision ? decisions[r.decision] : r.verdict ? verdicts[r.verdict] : states[r.state] }}</b></span>
            <span class="rd-muted">{{ r.author }}<span class="rd-num">{{ r.candidate || phases[r.phase] || "" }}</span></span>
            <span class="rd-run-bar" v-if="r.state === 'running'" role="progressbar" :aria-valuenow="Math.round(r.progress * 100)" aria-valuemin="0" aria-valuemax="100" :aria-label="'训练进度 ' + clock(r.created_at)"><i :style="{ width: r.progress * 100 + '%' }"></i></span>
          </button>
        </nav>
        <article v-if="run" style="display: grid; gap: var(--rd-3)">
          <div class="rd-run-box" v-if="run.state === 'running' || run.state === 'queued'">
            <div class="rd-run-head"><b>{{ states[run.state] }}</b><span class="rd-muted" aria-live="polite">{{ phases[run.phase] || "" }} · {{ progress }}</span><span style="flex: 1"></span><span class="rd-num">{{ Math.round(run.progress * 100) }}%</span>
              <button class="rd-button" :disabled="busy" @click="$emit('cancel', run.id)">取消</button></div>
            <div class="rd-run-bar" role="progressbar" :aria-valuenow="Math.round(run.progress * 100)" aria-valuemin="0" aria-valuemax="100" aria-label="这次训练的进度"><i :style="{ width: run.progress * 100 + '%' }"></i></div>
          </div>
          <div class="rd-run-box" v-if="run.state === 'failed'"><b class="low">没有做成</b><p>{{ run.error }}</p></div>
          <div class="rd-run-box" v-if="run.state === 'done'">
            <div class="rd-run-head"><b class="rd-verdict" :class="run.verdict">{{ verdicts[run.verdict] }}</b><span class="rd-num">{{ run.candidate }}</span><span class="rd-muted">比较的是 {{ run.current || "（没有）" }}，用时 {{ took }}</span></div>
            <ul class="rd-run-moved" v-if="lost.length || gained.length">
              <li class="lost" v-for="l in lost" :key="'l' + l">{{ l }}</li><li class="gained" v-for="g in gained" :key="'g' + g">{{ g }}</li>
            </ul>
            <p v-else class="rd-muted">没有超过容许范围的变化。</p>
            <p v-if="run.details?.code_changed" class="rd-alert">程序也有改动，启用以后要重新启动服务才完全生效。</p>
            <p v-if="run.decision">{{ decisions[run.decision] }}：{{ run.decided_by }}，{{ clock(run.decided_at) }}{{ run.reason ? "，" + run.reason : "" }}</p>
            <form v-if="run.candidate !== models.in_use" class="rd-run-decide" @submit.prevent="decide('promote')">
              <input class="rd-input" v-model.trim="reason" maxlength="1000" :placeholder="run.verdict === 'worse' ? '班长写明原因才能启用；拒绝也请写原因' : '原因（拒绝时要写）'" aria-label="启用或拒绝的原因">
              <button class="rd-button rd-primary" :disabled="busy || (run.verdict === 'worse' && !(supervises && reason))">启用这个模型</button>
              <button type="button" class="rd-button" :disabled="busy || !reason" @click="decide('refuse')">拒绝</button>
              <a class="rd-button" style="text-decoration: none" href="/workbench/practice">和它对话</a>
            </form>
            <p v-else class="rd-muted">这个模型正在使用。</p>
          </div>
          <table class="rd-table rd-run-scores" v-if="run.after" aria-label="总分">
            <thead><tr><th>测试集 {{ run.after.messages || 0 }} 句</th><th class="rd-right-align">现在</th><th class="rd-right-align">候选</th><th class="rd-right-align">变化</th></tr></thead>
            <tbody><tr v-for="f in figures" :key="f.key"><td>{{ f.title }}</td><td class="rd-right-align rd-num">{{ f.before }}</td><td class="rd-right-align rd-num">{{ f.after }}</td><td class="rd-right-align rd-num" :class="{ low: f.down }">{{ f.change }}</td></tr>
              <tr v-if="talks"><td>测试对话</td><td class="rd-right-align rd-num">{{ of(talks.before, talks.total) }}</td><td class="rd-right-align rd-num">{{ of(talks.after, talks.total) }}</td><td class="rd-right-align rd-num" :class="{ low: talks.after < talks.before }">{{ passed(talks) }}</td></tr>
              <tr v-if="run.details?.cases"><td>诊断树案例</td><td class="rd-right-align rd-num">{{ of(run.details.cases.before, run.details.cases.total) }}</td><td class="rd-right-align rd-num">{{ of(run.details.cases.after, run.details.cases.total) }}</td><td class="rd-right-align rd-num" :class="{ low: run.details.cases.after < run.details.cases.before }">{{ passed(run.details.cases) }}</td></tr>
              <tr v-if="run.details?.replay"><td>改正过的消息</td><td class="rd-right-align rd-num">{{ of(run.details.replay.before, run.details.replay.total) }}</td><td class="rd-right-align rd-num">{{ of(run.details.replay.after, run.details.replay.total) }}</td><td class="rd-right-align rd-num" :class="{ low: run.details.replay.after < run.details.replay.before }">{{ passed(run.details.replay) }}</td></tr>
            </tbody>
          </table>
          <figure class="rd-run-plot" v-for="plot in plots" :key="plot.title" style="margin: 0">
            <figcaption><b>{{ plot.title }}</b> <span class="rd-muted">空心是现在，实心是候选</span></figcaption>
            <table class="rd-dumbbells"><tbody><tr v-for="r in plot.rows" :key="r.name" :class="r.way">
              <th scope="row">{{ r.title }}</th><td class="n rd-muted">{{ r.count }} 句</td>
              <td style="width: 60%"><svg viewBox="0 0 100 18" preserveAspectRatio="none" aria-hidden="true"><line class="axis" x1="0" x2="100" y1="9" y2="9"></line><line :x1="r.from" :x2="r.to" y1="9" y2="9"></line><rect class="was" :x="r.from - 0.6" y="5" width="1.2" height="8"></rect><rect class="now" :x="r.to - 0.6" y="4" width="1.2" height="10"></rect></svg></td>
              <td class="n">{{ r.before }} → {{ r.after }}</td>
            </tr></tbody></table>
          </figure>
          <section v-for="list in lists" :key="list.title">
            <h2>{{ list.title }}（{{ list.rows.length }} 句）</h2>
            <table class="rd-table" v-if="list.rows.length">
              <thead><tr><th>句子</th><th>应为</th><th>现在认成</th><th>候选认成</th></tr></thead>
              <tbody><tr v-for="m in shown(list)" :key="m.source + m.text"><td class="rd-run-text">{{ m.text }}<br><span class="rd-muted">{{ m.replay ? "改正过的消息" : m.source }}</span></td><td>{{ said(m.meant) }}</td><td>{{ said(m.before) }}</td><td>{{ said(m.after) }}</td></tr></tbody>
            </table>
            <p v-else class="rd-empty">没有。</p>
            <button v-if="list.rows.length > fold && !open[list.title]" class="rd-button" @click="open[list.title] = true">全部显示</button>
          </section>
          <details v-if="run.log" :open="run.state === 'running'"><summary>日志</summary><pre class="rd-run-log" tabindex="0">{{ run.log }}</pre></details>
        </article>
      </div>
      <p v-else-if="loaded" class="rd-empty">还没有训练过。改好数据以后点“开始训练”，进度、比较结果和每一句的变化会出现在这里。</p>
    </section>`,
  props: { runs: { type: Array, default: () => [] }, run: Object, words: Object, models: { type: Object, default: () => ({}) }, supervises: Boolean, loaded: Boolean, busy: Boolean },
  data: () => ({ reason: "", asking: null, open: {}, states: STATES, verdicts: VERDICTS, decisions: DECISIONS, phases: PHASES, fold: FOLD }),
  watch: {
    "run.id"() {
      this.reason = "";
      this.open = {};
    },
  },
  computed: {
    active() {
      return this.runs.some((r) => r.state === "queued");
    },
    lost() {
      return this.run?.details?.lost || [];
    },
    gained() {
      return this.run?.details?.gained || [];
    },
    talks() {
      return this.run?.details?.conversations;
    },
    /** What is done now, and behind it for how long it has been trained. */
    progress() {
      const [, seconds, text] = this.run.text.match(/^([\d.]+) 秒\s+(.*)$/) || [];
      return text ? `${text}，已用 ${rdStaff.span(Number(seconds))}` : this.run.text;
    },
    took() {
      const { started_at, ended_at } = this.run;
      return started_at && ended_at ? rdStaff.span((new Date(ended_at) - new Date(started_at)) / 1000) : "";
    },
    figures() {
      const { before, after } = this.run;
      return FIGURES.filter(([key]) => after[key] !== undefined && after[key] !== null).map(([key, title, digits]) => {
        const was = before ? before[key] : null;
        const change = was === null || was === undefined ? null : after[key] - was;
        const worse = key.startsWith("cpu") ? change > 0 : change < 0;
        return { key, title, before: number(was, digits), after: number(after[key], digits), change: signed(change, digits), down: change !== null && worse && Math.abs(change) >= 0.005 && !key.startsWith("cpu") };
      });
    },
    plots() {
      const labels = this.run?.details?.labels || {};
      const kinds = [["intents", "每个意图的 F1"], ["facts", "每个事实的 F1"], ["categories", "每个投诉类别的 F1"]];
      return kinds.filter(([kind]) => (labels[kind] || []).length).map(([kind, title]) => ({
        title,
        ...scale(labels[kind]),
      })).map(({ title, lowest, rows }) => ({
        title: `${title}（${lowest.toFixed(1)} 到 1）`,
        rows: rows.map((r) => {
          const at = (f1) => 1 + (98 * ((f1 ?? lowest) - lowest)) / (1 - lowest);
          const [from, to] = [at(r.before), at(r.after)];
          const way = Math.abs(to - from) < 0.5 ? "" : to > from ? "up" : "down";
          return { ...r, title: this.titles[r.name] || r.title, from, to, way, before: number(r.before, 3), after: number(r.after, 3) };
        }).sort((a, b) => Math.abs(b.to - b.from) - Math.abs(a.to - a.from) || a.to - b.to),
      }));
    },
    titles() {
      const labels = this.run?.details?.labels || {};
      const known = [...(labels.intents || []), ...(labels.categories || []), ...(this.words?.intents || []), ...(this.words?.categories || []), ...(this.words?.facts || [])];
      return { nlu_fallback: "没有听懂", ...Object.fromEntries(known.map((r) => [r.name, r.title])) };
    },
    lists() {
      const found = this.run?.details?.messages;
      if (!found || this.run.state !== "done") return [];
      return [{ title: "变差的", rows: found.worse || [] }, { title: "变好的", rows: found.better || [] }];
    },
  },
  methods: {
    ask(what) {
      this.reason = "";
      this.asking = what;
    },
    decide(what) {
      this.$emit("decide", { what, id: this.run?.id, reason: this.reason });
      this.asking = null;
    },
    shown(list) {
      return this.open[list.title] ? list.rows : list.rows.slice(0, FOLD);
    },
    said(it) {
      const facts = Object.entries(it.facts || {}).map(([fact, value]) => `${this.titles[fact] || fact}：${this.value(fact, value)}`);
      const sure = it.confidence === undefined ? "" : ` ${Math.round(it.confidence * 100)}%`;
      const parts = [`${this.titles[it.intent] || it.intent}${sure}`, it.category ? this.titles[it.category] || it.category : "", ...facts];
      return parts.filter(Boolean).join("，");
    },
    value(fact, value) {
      const known = this.words?.facts.find((f) => f.name === fact);
      const list = known?.kind === "place" ? this.words.places : known?.kind === "operator" ? this.words.operators : known?.choices || [];
      return list.find((c) => c.value === value)?.label || (value === "unsure" ? "不知道" : value);
    },
    /** How many more or fewer pass. */
    passed({ before, after }) {
      return before === null || before === undefined || after === null || after === undefined ? "" : signed(after - before, 0);
    },
    of: (some, all) => `${some === null || some === undefined ? "—" : some} / ${all}`,
    clock: (at) => rdStaff.dayAndClock(at),
  },
};

/** The scale begins at the tenth below the lowest. */
function scale(rows) {
  const known = rows.flatMap((r) => [r.before, r.after]).filter((f1) => f1 !== null && f1 !== undefined);
  const lowest = Math.min(0.9, Math.floor(Math.min(1, ...known) * 10) / 10);
  return { lowest, rows };
}

function number(value, digits) {
  return value === null || value === undefined ? "—" : value.toFixed(digits);
}

function signed(change, digits) {
  if (change === null) return "";
  const text = change.toFixed(digits);
  return Number(text) > 0 ? `+${text}` : Number(text) === 0 ? "0" : text;
}
