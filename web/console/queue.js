const CHANNELS = { web: "网页", wechat: "微信", shell: "测试", rest: "接口" };
const NOISE = "rd-console-sound";

export default {
  template: `
    <section class="rd-queue" aria-label="会话队列">
      <div class="rd-queue-head">
        <div class="rd-chips" role="group" aria-label="筛选">
          <button v-for="(f, key) in filters" :key="key" class="rd-chip" :aria-pressed="filter === key" @click="filter = key">
            {{ f }} <span class="rd-num">{{ count(key) }}</span>
          </button>
        </div>
        <div class="rd-queue-tools">
          <input ref="find" class="rd-input" v-model="words" type="search" placeholder="国家、渠道、工单号（/）" aria-label="查找会话">
          <button class="rd-chip" :aria-pressed="sound" title="有客户要人工时响一声，并在标题里显示人数（m）" @click="mute">{{ sound ? "提示音开" : "已静音" }}</button>
        </div>
      </div>
      <ol class="rd-queue-rows" ref="list">
        <li v-for="row in shown" :key="row.id" :ref="el => (rowEls[row.id] = el)">
          <button class="rd-row" :data-id="row.id" :class="{ open: row.id === current, wants: row.waiting }" :aria-current="row.id === current" @click="$emit('pick', row.id)">
            <span class="rd-row-top">
              <span class="rd-mode" :class="row.mode">{{ mode(row) }}</span>
              <span v-if="row.ticket && row.ticket.priority === 'urgent'" class="rd-mode urgent">紧急</span>
              <b class="rd-where">{{ row.country_name || "地点未知" }}</b>
              <span class="rd-muted rd-service">{{ row.service_title || "" }}</span>
              <span class="rd-spring"></span>
              <span v-if="row.waiting" class="rd-wait" :class="{ long: waited(row) > 300 }">等 {{ span(waited(row)) }}</span>
              <span v-else class="rd-muted rd-num">{{ span(ago(row.last && row.last.at)) }}前</span>
            </span>
            <span class="rd-row-text">{{ row.last ? who(row.last.sender) + row.last.text : "" }}</span>
            <span class="rd-row-foot">
              <span>{{ channel(row.channel) }}</span>
              <span v-if="row.asks_title">在问：{{ row.asks_title }}</span>
              <span v-if="row.sure !== null && row.sure !== undefined" :class="{ low: row.sure < 0.5 }">把握 {{ Math.round(row.sure * 100) }}%</span>
              <span v-if="row.ticket && row.ticket.clock" :class="{ low: due(row) < 3600 }">{{ row.ticket.clock.title }} {{ due(row) > 0 ? "剩 " + span(due(row)) : "已超时" }}</span>
              <span v-if="row.taken_by">{{ row.taken_by.id === me ? "我" : row.taken_by.name }}</span>
            </span>
          </button>
        </li>
        <li v-if="!shown.length" class="rd-empty">{{ rows.length ? "没有符合筛选的会话。" : "现在没有会话。客户在网页或微信里说话后，会出现在这里。" }}</li>
      </ol>
    </section>`,
  props: { me: String, current: String },
  data: () => ({
    rows: [], order: [], byId: {}, filter: "all", words: "", now: Date.now(), skew: 0, rowEls: {},
    sound: localStorage.getItem(NOISE) !== "off", known: null, title: document.title,
    filters: { all: "全部", waiting: "等人工", mine: "我的", auto: "自动", copilot: "协同", agent: "人工" },
  }),
  computed: {
    shown() {
      const words = this.words.trim().toLowerCase();
      return this.rows.filter((row) => this.fits(row, this.filter) && (!words || this.text(row).includes(words)));
    },
  },
  mounted() {
    this.ticker = setInterval(() => (this.now = Date.now()), 1000);
  },
  unmounted() {
    clearInterval(this.ticker);
    document.title = this.title;
  },
  methods: {
    /** Take the rows that changed, and the order: a new head before the last `tail` of the old one. */
    patch({ head, tail, rows, now }) {
      // The product's clock may run elsewhere than this machine's.
      this.skew = now - Date.now();
      for (const row of rows) this.byId[row.id] = row;
      this.order = tail ? head.concat(this.order.slice(-tail)) : head;
      this.rows = this.order.map((id) => this.byId[id]).filter(Boolean);
      this.byId = Object.fromEntries(this.rows.map((row) => [row.id, row]));
      const waiting = this.rows.filter((row) => row.waiting);
      const fresh = this.known && waiting.some((row) => !this.known.has(row.id));
      this.known = new Set(waiting.map((row) => row.id));
      document.title = (waiting.length && this.sound ? `(${waiting.length}) ` : "") + this.title;
      if (fresh && this.sound) this.ring();
    },
    fits(row, filter) {
      if (filter === "waiting") return row.waiting;
      if (filter === "mine") return row.taken_by && row.taken_by.id === this.me;
      return filter === "all" || row.mode === filter;
    },
    count(filter) {
      return this.rows.filter((row) => this.fits(row, filter)).length;
    },
    text(row) {
      return [row.country_name, row.country, this.channel(row.channel), row.ticket?.number, row.service_title, row.last?.text, row.taken_by?.name, row.asks_title]
        .filter(Boolean).join(" ").toLowerCase();
    },
    mode: (row) => rdStaff.MODES[row.mode] || row.mode,
    channel: (name) => CHANNELS[name] || name,
    who: (sender) => ({ customer: "", bot: "机器人：", agent: "坐席：", system: "系统：" })[sender] ?? "",
    ago(at) {
      return at ? Math.max(0, (this.now + this.skew - Date.parse(at)) / 1000) : 0;
    },
    waited(row) {
      return this.ago(row.waiting_since);
    },
    due(row) {
      return (Date.parse(row.ticket.clock.due_at) - this.now - this.skew) / 1000;
    },
    span: (seconds) => rdStaff.span(seconds),
    mute() {
      this.sound = !this.sound;
      localStorage.setItem(NOISE, this.sound ? "on" : "off");
      document.title = this.sound && this.known?.size ? `(${this.known.size}) ${this.title}` : this.title;
    },
    step(by) {
      const at = this.shown.findIndex((row) => row.id === this.current);
      const to = this.shown[Math.min(Math.max(at + by, 0), this.shown.length - 1)];
      if (!to) return;
      this.rowEls[to.id]?.scrollIntoView({ block: "nearest" });
      this.$emit("pick", to.id);
    },
    search() {
      this.$refs.find.focus();
    },
    ring() {
      try {
        const audio = (this.audio ||= new AudioContext());
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        tone.frequency.value = 660;
        volume.gain.setValueAtTime(0.08, audio.currentTime);
        volume.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.35);
        tone.connect(volume).connect(audio.destination);
        tone.start();
        tone.stop(audio.currentTime + 0.36);
      } catch {
        /* a browser without sound still shows the badge */
      }
    },
  },
};
