const KEYS = {
  1: "report_no_signal", 2: "report_call_failure", 3: "report_sms_failure", 4: "report_data_failure", 5: "ask_billing",
  6: "complain_service", 7: "ask_progress", 8: "ask_knowledge", 9: "inform", 0: "correct",
  y: "affirm", n: "deny", u: "unsure", h: "request_human", g: "greet", b: "goodbye", t: "thank", c: "chitchat", o: "out_of_scope",
};
const KEY_OF = Object.fromEntries(Object.entries(KEYS).map(([key, name]) => [name, key]));
/** The order of the buttons: as the keys lie on the keyboard. */
const ORDER = "1234567890ynuhgbtco";
const WHO = { customer: "客户", bot: "机器人", agent: "坐席", system: "系统" };
const CHANNELS = { web: "网页", wechat: "微信", shell: "测试" };
const HELP = [
  ["1 – 9、0、字母", "选意图（键写在按钮上）"], ["1 – 6", "选了“投诉”以后，选类别"], ["Enter", "采用，看下一条"], ["用鼠标划词", "标出事实"], ["Backspace", "去掉最后一个标记"],
  ["s", "跳过"], ["z", "撤销上一步"], ["j / k", "下一条、上一条"], ["r", "和数据矛盾时，改掉数据里的标注"], ["/", "查找"], ["?", "这张表"],
];
const AHEAD = 6;
const FEW_LEFT = 12;

export default {
  template: `
    <section class="rd-review" :aria-busy="!loaded">
      <aside class="rd-review-list rd-col" aria-label="审核队列">
        <div class="rd-review-tools">
          <div class="rd-chips" role="group" aria-label="看什么">
            <button class="rd-chip" :aria-pressed="view === 'open'" @click="look('open')">待审核 <span class="rd-num">{{ summary ? open : "" }}</span></button>
            <button class="rd-chip" :aria-pressed="view === 'second'" title="别人标过、您还没有标的：两人各标一次，才知道是否一致" @click="look('second')">第二人标注</button>
            <button class="rd-chip" :aria-pressed="view === 'skipped'" @click="look('skipped')">跳过的</button>
          </div>
          <div class="rd-review-filters">
            <select class="rd-input" v-model="filters.reason" aria-label="理由" @change="ask()"><option value="">全部理由</option>
              <option v-for="r in (summary ? summary.reasons : [])" :key="r.name" :value="r.name">{{ r.title }}（{{ r.count }}）</option></select>
            <select class="rd-input" v-model="filters.intent" aria-label="机器人认为的意图" @change="ask()"><option value="">全部意图</option>
              <option v-for="i in intents" :key="i.name" :value="i.name">{{ i.title }}</option><option value="nlu_fallback">没有听懂</option></select>
            <select class="rd-input" v-model="filters.channel" aria-label="渠道" @change="ask()"><option value="">全部渠道</option>
              <option value="web">网页</option><option value="wechat">微信</option></select>
            <select class="rd-input" v-model="filters.tag" aria-label="标签" @change="ask()"><option value="">全部标签</option>
              <option v-for="t in (summary ? summary.tags : [])" :key="t">{{ t }}</option></select>
            <select class="rd-input" v-model="filters.days" aria-label="时间" @change="ask()"><option value="">全部时间</option>
              <option value="1">最近 1 天</option><option value="7">最近 7 天</option><option value="30">最近 30 天</option></select>
            <input ref="find" class="rd-input" v-model.trim="filters.words" type="search" placeholder="查找（/）" aria-label="查找" @change="ask()" @keydown.enter.stop.prevent="$event.target.blur()" @keydown.esc="$event.target.blur()">
          </div>
        </div>
        <ol class="rd-review-rows" ref="rows" tabindex="0" aria-label="消息">
          <li v-for="(row, n) in rows" :key="row.message_id">
            <button class="rd-row" :class="{ open: n === at }" :aria-current="n === at" :data-id="row.message_id" @click="go(n)">
              <span class="rd-row-text">{{ row.text }}</span>
              <span class="rd-row-foot"><span>{{ row.intent_title }}</span><span class="rd-num" :class="{ low: row.confidence < 0.5 }">{{ percent(row.confidence) }}</span>
                <span v-if="row.alike > 1">相似 {{ row.alike }} 条</span><span v-for="r in brief(row)" :key="r.name">{{ r.title }}</span>
                <span v-if="fate(row)" class="rd-fate" :class="fate(row).kind">{{ fate(row).text }}</span></span>
            </button>
          </li>
          <li v-if="loaded && !rows.length" class="rd-empty">{{ nothing }}</li>
        </ol>
      </aside>
      <div class="rd-review-middle rd-col">
        <template v-if="row">
          <div class="rd-review-talk" ref="talk" aria-label="前后的对话" tabindex="0" role="group">
            <p v-for="(line, n) in around" :key="n" :class="{ this: line.this }"><b>{{ who(line.sender) }}</b>{{ line.text }}</p>
            <p v-if="!detail" class="rd-muted">正在读取这条消息的前后文……</p>
          </div>
          <div class="rd-review-work">
            <div class="rd-review-meta"><span v-for="r in row.reasons" :key="r.name" class="rd-mode">{{ r.title }}</span>
              <span class="rd-muted">机器人：{{ row.intent_title }} {{ percent(row.confidence) }}<template v-if="row.runner_up">，其次 {{ titleOf(row.runner_up) }}</template><template v-if="row.hint">；客户自己选了 {{ titleOf(row.hint) }}</template></span>
              <span class="rd-spring"></span><span class="rd-muted">{{ channel(row.channel) }} {{ when(row.created_at) }}</span>
              <a class="rd-cite" :href="'/workbench/stories?c=' + row.conversation_id">做成故事</a></div>
            <p class="rd-sentence" ref="sentence" lang="zh" aria-label="要标注的句子" @mouseup="select"><template v-for="part in parts" :key="part.start"><mark v-if="part.span" :title="spanTitle(part.span)">{{ part.text }}</mark><template v-else>{{ part.text }}</template></template></p>
            <div class="rd-chips rd-spans" v-if="spans.length" aria-label="标出的事实">
              <span v-for="s in spans" :key="s.start" class="rd-span">{{ row.text.slice(s.start, s.end) }}：{{ spanTitle(s) }}<button class="rd-link" :aria-label="'去掉 ' + row.text.slice(s.start, s.end)" @click="drop(s)">去掉</button></span>
            </div>
            <form v-if="picking" class="rd-pick" @submit.prevent="mark()" aria-label="标出事实">
              <b>{{ row.text.slice(picking.start, picking.end) }}</b>
              <select class="rd-input" v-model="picking.fact" aria-label="事实" @change="picking.value = ''"><option value="">选事实</option><option v-for="f in facts" :key="f.name" :value="f.name">{{ f.title }}</option></select>
              <select v-if="factOf(picking.fact)?.choices.length" class="rd-input" v-model="picking.value" aria-label="取值" @change="mark()"><option value="">选取值</option>
                <option v-for="c in factOf(picking.fact).choices" :key="c.value" :value="c.value">{{ c.label }}</option></select>
              <template v-else-if="picking.fact"><input class="rd-input" v-model.trim="picking.words" aria-label="取值" :list="listOf(picking.fact)" :placeholder="factOf(picking.fact).kind === 'place' ? '国家或地区' : factOf(picking.fact).kind === 'operator' ? '运营商' : '数字'" @keydown.enter.prevent="mark()"></template>
              <button class="rd-button rd-primary">标上</button><button type="button" class="rd-button" @click="picking = null">取消</button>
              <span v-if="picking.wrong" class="rd-form-error" role="alert">{{ picking.wrong }}</span>
            </form>
            <datalist id="rd-places"><option v-for="p in (words ? words.places : [])" :key="p.value" :value="p.label"></option></datalist>
            <datalist id="rd-operators"><option v-for="p in (words ? words.operators : [])" :key="p.value" :value="p.label"></option></datalist>
            <div class="rd-intents" role="group" aria-label="意图">
              <button v-for="i in inOrder" :key="i.name" class="rd-intent" :aria-pressed="intent === i.name" @click="choose(i.name)"><kbd v-if="keyOf(i.name)">{{ keyOf(i.name) }}</kbd>{{ i.title }}</button>
            </div>
            <div class="rd-intents" v-if="intent === 'complain_service'" role="group" aria-label="投诉类别">
              <span class="rd-muted">类别</span>
              <button v-for="(c, n) in categories" :key="c.name" class="rd-intent" :aria-pressed="category === c.name" @click="category = c.name"><kbd>{{ n + 1 }}</kbd>{{ c.title }}</button>
            </div>
            <p v-if="clash" class="rd-alert" role="alert">{{ clash }} <button class="rd-button" @click="send('relabel')">改掉数据里的标注（r）</button></p>
            <div class="rd-acts rd-review-acts">
              <button class="rd-link" @click="$refs.help.showModal()">快捷键（?）</button><span class="rd-muted" aria-live="polite">{{ said }}</span><span class="rd-spring"></span>
              <button class="rd-button" :disabled="!history.length" @click="undo">撤销（z）</button>
              <button class="rd-button" v-if="view !== 'second'" @click="skip">跳过（s）</button>
              <button class="rd-button rd-primary" :disabled="!ready" @click="send()">{{ view === "second" ? "记下我的标注" : "采用" }}（Enter）</button>
            </div>
          </div>
        </template>
        <p v-else class="rd-empty">{{ loaded ? nothing : "正在读取……" }}</p>
      </div>
      <aside class="rd-review-side rd-col" aria-label="参考">
        <section v-if="detail"><h2>数据里相近的例句</h2>
          <ul class="rd-near" v-if="near.length"><li v-for="n in near" :key="n.file + n.line" :class="{ against: intent && n.same && n.intent !== intent }">
            <span>{{ n.text }}</span><span class="rd-muted">{{ n.intent_title }}<template v-if="n.category"> · {{ categoryTitle(n.category) }}</template> · 像 {{ Math.round(n.likeness) }}%<template v-if="n.same">，算同一句</template> · {{ n.file.replace("data/nlu/", "") }} 第 {{ n.line }} 行</span></li></ul>
          <p v-else class="rd-muted">数据里没有相近的例句。</p></section>
        <section v-if="detail && (detail.labels.length || detail.labelled_by_others)"><h2>训练师的标注</h2>
          <ul class="rd-near"><li v-for="l in detail.labels" :key="l.trainer"><span>{{ l.mine ? "我" : l.trainer }}：{{ l.intent_title }}</span></li></ul>
          <p v-if="!detail.labels.length" class="rd-muted">另有 {{ detail.labelled_by_others }} 人标过；您标完才显示，免得受影响。</p></section>
        <section v-if="row"><h2>标签</h2>
          <form class="rd-set" @submit.prevent="tag"><span v-if="row.tags.length" class="rd-chips"><button type="button" v-for="t in row.tags" :key="t" class="rd-chip" :aria-label="'去掉标签 ' + t" @click="untag(t)">{{ t }} ×</button></span>
            <input class="rd-input" v-model.trim="newTag" maxlength="32" placeholder="加标签，Enter" aria-label="加标签"></form></section>
        <section><h2>这一次</h2><p class="rd-figures"><span>采用 <b class="rd-num">{{ tally.accepted }}</b></span><span>跳过 <b class="rd-num">{{ tally.skipped }}</b></span><span v-if="pace">每条 <b class="rd-num">{{ pace }}</b> 秒</span></p>
          <p><a class="rd-cite" href="/workbench/changes">看我的修改集，写入文件</a></p></section>
        <section v-if="agreement"><h2>标注一致性（Cohen κ）</h2>
          <p v-if="!agreement.pairs.length" class="rd-muted">还没有两人都标过的消息。</p>
          <ul class="rd-near"><li v-for="p in agreement.pairs" :key="p.people.join()"><span>{{ p.people.join("、") }}：κ <b class="rd-num">{{ p.kappa === null ? "无法计算" : p.kappa.toFixed(2) }}</b></span><span class="rd-muted">{{ p.items }} 条，一致 {{ percent(p.agreed) }}</span></li></ul>
          <details v-if="agreement.disagreements.length"><summary>不一致的 {{ agreement.disagreements.length }} 条</summary><ul class="rd-near"><li v-for="d in agreement.disagreements" :key="d.message_id"><span>{{ d.text }}</span><span class="rd-muted">{{ Object.entries(d.labels).map(([who, i]) => who + "：" + titleOf(i)).join("；") }}</span></li></ul></details></section>
      </aside>
      <dialog ref="help" class="rd-dialog" aria-label="快捷键"><p class="rd-title">快捷键</p><p v-for="[k, what] in helps" :key="k" class="rd-key"><kbd>{{ k }}</kbd><span>{{ what }}</span></p><form method="dialog" class="rd-acts"><button class="rd-button">关闭</button></form></dialog>
    </section>`,
  props: { words: Object, summary: Object, agreement: Object },
  data: () => ({
    rows: [], at: 0, details: {}, asked: {}, number: 0, more: false, loaded: false, view: "open",
    filters: { reason: "", intent: "", channel: "", tag: "", days: "", words: "" },
    intent: "", category: "", spans: [], picking: null, clash: "", said: "", newTag: "",
    history: [], fates: {}, tally: { accepted: 0, skipped: 0 }, counted: 0, began: 0, helps: HELP,
  }),
  computed: {
    row() { return this.rows[this.at] || null; },
    detail() { return this.row ? this.details[this.row.message_id] : null; },
    around() { return this.detail ? this.detail.around : [{ sender: "customer", text: this.row.text, this: true }]; },
    /** What waits: what the API counted, less what was decided since. */
    open() { return Math.max(0, this.summary.states.open - (this.tally.accepted + this.tally.skipped - this.counted)); },
    /** Whoever labels as the second must not read the first one's label in the data. */
    near() {
      const blind = this.view === "second" && !this.detail.labels.some((l) => l.mine);
      return this.detail.near.filter((n) => !(blind && n.same));
    },
    inOrder() {
      const place = (intent) => (KEY_OF[intent.name] ? ORDER.indexOf(KEY_OF[intent.name]) : ORDER.length);
      return [...this.intents].sort((a, b) => place(a) - place(b));
    },
    intents() { return this.words ? this.words.intents : []; },
    categories() { return this.words ? this.words.categories : []; },
    facts() { return this.words ? this.words.facts : []; },
    ready() { return Boolean(this.intent && (this.intent !== "complain_service" || this.category)); },
    pace() { const n = this.tally.accepted + this.tally.skipped; return n > 1 ? ((this.last - this.began) / 1000 / (n - 1)).toFixed(1) : ""; },
    nothing() {
      if (Object.values(this.filters).some(Boolean)) return "没有符合筛选的消息。";
      return { open: "没有要审核的消息。机器人拿不准、被人工接手或客户不满意的话会出现在这里。", second: "没有等第二人标注的消息。同事采用过的消息会出现在这里。", skipped: "没有跳过的消息。" }[this.view];
    },
    parts() {
      const parts = [];
      let at = 0;
      for (const span of [...this.spans].sort((a, b) => a.start - b.start)) {
        if (span.start > at) parts.push({ start: at, text: this.row.text.slice(at, span.start) });
        parts.push({ start: span.start, text: this.row.text.slice(span.start, span.end), span });
        at = span.end;
      }
      if (at < this.row.text.length) parts.push({ start: at, text: this.row.text.slice(at) });
      return parts;
    },
  },
  watch: {
    summary() { this.counted = this.tally.accepted + this.tally.skipped; },
    detail() {
      this.$nextTick(() => this.$refs.talk?.querySelector(".this")?.scrollIntoView({ block: "nearest" }));
    },
  },
  mounted() {
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  },
  unmounted() {
    document.removeEventListener("keydown", this.onKey);
  },
  methods: {
    percent: (part) => `${Math.round(part * 100)}%`,
    who: (sender) => WHO[sender] || sender,
    channel: (name) => CHANNELS[name] || name,
    when: (at) => rdStaff.dayAndClock(at),
    keyOf: (name) => KEY_OF[name],
    titleOf(name) { return this.intents.find((i) => i.name === name)?.title || (name === "nlu_fallback" ? "没有听懂" : name); },
    categoryTitle(name) { return this.categories.find((c) => c.name === name)?.title || (name === "billing" ? "费用" : name); },
    factOf(name) { return this.facts.find((f) => f.name === name); },
    /** The two reasons that say more than the confidence beside them does. */
    brief(row) {
      const told = row.reasons.filter((r) => r.name !== "low_confidence" && r.title !== row.intent_title);
      return (told.length ? told : row.reasons.filter((r) => r.title !== row.intent_title)).slice(0, 2);
    },
    fate(row) { return this.fates[row.message_id]; },
    query() {
      const { days, ...rest } = this.filters;
      const given = { ...rest };
      if (days) given.since = new Date(Date.now() - days * 86400000).toISOString();
      if (this.view === "second") Object.assign(given, { state: "accepted", second: true });
      else if (this.view !== "open") given.state = this.view;
      return given;
    },
    look(view) {
      this.view = view;
      this.ask();
    },
    /** Begin anew with these filters. */
    ask() {
      this.number += 1;
      this.loaded = false;
      this.$emit("ask", { filters: this.query(), number: this.number });
    },
    take(number, rows, follows, more) {
      if (number !== this.number) return;
      const known = new Set(follows ? this.rows.map((r) => r.message_id) : []);
      this.rows = follows ? [...this.rows, ...rows.filter((r) => !known.has(r.message_id))] : rows;
      this.more = more;
      this.waiting = false;
      this.loaded = true;
      if (!follows) this.go(0);
    },
    learn(key, detail) {
      this.details[key] = detail;
      if (key === this.row?.message_id) this.useDetail();
    },
    go(n) {
      this.at = Math.max(0, Math.min(n, this.rows.length - 1));
      this.picking = null;
      this.clash = "";
      const row = this.row;
      if (!row) return;
      const done = this.fates[row.message_id];
      this.intent = done?.intent || row.hint || (row.intent === "nlu_fallback" ? "" : row.intent);
      if (this.view === "second") this.intent = "";
      this.category = done?.category || "";
      this.spans = done?.spans || [];
      this.fresh = !done;
      this.useDetail();
      this.shownAt = performance.now();
      this.ahead();
      this.$nextTick(() => this.$refs.rows?.querySelector(".open")?.scrollIntoView({ block: "nearest" }));
    },
    useDetail() {
      const detail = this.details[this.row?.message_id];
      if (!detail || !this.fresh) return;
      if (!this.spans.length && this.view !== "second") this.spans = detail.spans.map((s) => ({ ...s }));
    },
    /** Have what belongs to the next messages before they are reached. */
    ahead() {
      const want = this.rows.slice(this.at, this.at + AHEAD).map((r) => r.message_id).filter((k) => !this.asked[k]);
      for (const key of want) this.asked[key] = true;
      if (want.length) this.$emit("need", want);
      if (this.more && !this.waiting && this.rows.length - this.at < FEW_LEFT) {
        this.waiting = true;
        this.$emit("ask", { filters: this.query(), number: this.number, after: this.rows[this.rows.length - 1].cursor });
      }
    },
    choose(name) {
      this.intent = name;
      this.category = "";
      this.clash = "";
    },
    send(resolve) {
      if (!this.row || !this.ready) {
        this.said = this.intent ? "投诉要选一个类别：按 1 到 6。" : "请先选意图。";
        return;
      }
      const key = this.row.message_id;
      const near = this.detail?.near.find((n) => n.same && n.intent !== this.intent);
      if (near && !resolve && this.view === "open") {
        this.clash = `训练数据里，“${near.text}”标的是${near.intent_title}（${near.file} 第 ${near.line} 行）。按 r 改掉它，或者换一个意图。`;
        return;
      }
      const given = { message_id: key, text: this.row.text, intent: this.intent, category: this.category || null, spans: this.spans.map(({ start, end, fact, value }) => ({ start, end, fact, value })) };
      if (resolve) given.resolve = resolve;
      this.fates[key] = { kind: "sent", text: "已采用", intent: this.intent, category: this.category, spans: this.spans };
      this.$emit(this.view === "second" ? "opinion" : "accept", given);
      this.count("accepted", key);
      this.next();
    },
    skip() {
      if (!this.row || this.view === "second") return;
      this.fates[this.row.message_id] = { kind: "sent", text: "已跳过" };
      this.$emit("skip", this.row.message_id);
      this.count("skipped", this.row.message_id);
      this.next();
    },
    count(what, key) {
      this.tally[what] += 1;
      this.history.push({ key, what });
      this.last = performance.now();
      this.began ||= this.shownAt;
    },
    next() {
      const open = (row) => !this.fates[row.message_id];
      const below = this.rows.findIndex((row, n) => n > this.at && open(row));
      const next = below >= 0 ? below : this.more ? -1 : this.rows.findIndex(open);
      this.go(next >= 0 ? next : this.at + 1);
      this.said = next >= 0 || this.more ? "" : "这些都看过了。";
    },
    undo() {
      const last = this.history.pop();
      if (!last) return;
      this.tally[last.what] -= 1;
      delete this.fates[last.key];
      this.$emit("undo", last.key);
      this.go(this.rows.findIndex((r) => r.message_id === last.key));
      this.said = "已撤销。";
    },
    done(key, what, answer) {
      if (what === "reopen" || !this.fates[key]) return;
      if (what === "examples" && answer) {
        const text = answer.added ? (answer.closed > 1 ? `已采用，连同相似 ${answer.closed} 条` : "已采用") : "已采用，数据里已有";
        this.fates[key] = { ...this.fates[key], kind: "ok", text };
      } else this.fates[key] = { ...this.fates[key], kind: "ok" };
      if (this.history.length % 20 === 0) this.$emit("figures");
    },
    failed(key, code, message) {
      const at = this.history.findIndex((h) => h.key === key);
      if (at >= 0) this.tally[this.history.splice(at, 1)[0].what] -= 1;
      delete this.fates[key];
      const place = this.rows.findIndex((r) => r.message_id === key);
      if (place >= 0) this.go(place);
      if (code === "contradicts_data") this.clash = message;
      else this.said = message;
    },
    tagged(key, tags) {
      const row = this.rows.find((r) => r.message_id === key);
      if (row) row.tags = tags;
    },
    tag() {
      if (this.newTag) this.$emit("tags", { message_id: this.row.message_id, tags: [...this.row.tags, this.newTag] });
      this.newTag = "";
    },
    untag(gone) {
      this.$emit("tags", { message_id: this.row.message_id, tags: this.row.tags.filter((t) => t !== gone) });
    },
    /** What was marked with the mouse, as a place in the sentence. */
    select() {
      const chosen = getSelection();
      const box = this.$refs.sentence;
      if (!chosen.rangeCount || chosen.isCollapsed || !box.contains(chosen.anchorNode) || !box.contains(chosen.focusNode)) return;
      const range = chosen.getRangeAt(0);
      const before = range.cloneRange();
      before.selectNodeContents(box);
      before.setEnd(range.startContainer, range.startOffset);
      const start = before.toString().length;
      const words = range.toString();
      const text = words.trim();
      const from = start + words.indexOf(text);
      if (!text) return;
      const guess = this.guess(text);
      this.picking = { start: from, end: from + text.length, ...guess, wrong: "" };
      chosen.removeAllRanges();
    },
    guess(text) {
      const place = this.words.places.find((p) => p.label === text || p.label === "中国" + text);
      if (place) return { fact: "location", value: place.value, words: place.label };
      const operator = this.words.operators.find((o) => o.label.toLowerCase().includes(text.toLowerCase()) && text.length > 2);
      if (operator) return { fact: "operator", value: operator.value, words: operator.label };
      const digits = text.replace(/\D/g, "");
      if (/^[\d*\s-]+$/.test(text)) {
        const fact = text.length >= 19 ? "iccid" : text.length === 15 ? "imsi" : text.length === 11 ? "msisdn" : "prl_version";
        return { fact, value: digits, words: text };
      }
      for (const fact of this.facts)
        for (const choice of fact.choices) if (choice.label === text || (text.length > 1 && choice.label.includes(text))) return { fact: fact.name, value: choice.value, words: "" };
      return { fact: "", value: "", words: text };
    },
    listOf(name) {
      return { place: "rd-places", operator: "rd-operators" }[this.factOf(name)?.kind];
    },
    mark() {
      const pick = this.picking;
      const fact = this.factOf(pick?.fact);
      if (!fact) return;
      let value = pick.value;
      if (fact.kind === "place") value = this.words.places.find((p) => p.label === pick.words || p.value === pick.words)?.value;
      else if (fact.kind === "operator") value = this.words.operators.find((o) => o.label === pick.words || o.value === pick.words)?.value;
      else if (!fact.choices.length) value = pick.words.replace(/[^\d*]/g, "");
      if (!value) {
        pick.wrong = fact.choices.length ? "请选取值。" : "请从列表里选。";
        return;
      }
      this.spans = [...this.spans.filter((s) => s.end <= pick.start || s.start >= pick.end), { start: pick.start, end: pick.end, fact: fact.name, value }].sort((a, b) => a.start - b.start);
      this.picking = null;
    },
    drop(span) {
      this.spans = this.spans.filter((s) => s !== span);
    },
    spanTitle(span) {
      const fact = this.factOf(span.fact);
      if (!fact) return span.fact;
      const list = fact.kind === "place" ? this.words.places : fact.kind === "operator" ? this.words.operators : fact.choices;
      const value = list.find((c) => c.value === span.value)?.label || (span.value === "unsure" ? "不知道" : span.value);
      return `${fact.title} ${value}`;
    },
    key(event) {
      if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName) || this.$refs.help?.open || document.querySelector("#rd-again")) return;
      const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
      const act = { Enter: () => this.send(), s: () => this.skip(), z: () => this.undo(), j: () => this.go(this.at + 1), k: () => this.go(this.at - 1), ArrowDown: () => this.go(this.at + 1), ArrowUp: () => this.go(this.at - 1), r: () => this.clash && this.send("relabel"), Backspace: () => (this.spans = this.spans.slice(0, -1)), Escape: () => (this.picking = null), "/": () => this.$refs.find.focus(), "?": () => this.$refs.help.showModal() }[name];
      const category = this.intent === "complain_service" && !this.category && this.categories[Number(name) - 1];
      if (category) this.category = category.name;
      else if (act) act();
      else if (KEYS[name] && this.intents.some((i) => i.name === KEYS[name])) this.choose(KEYS[name]);
      else return;
      event.preventDefault();
    },
  },
};
