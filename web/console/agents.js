const ROLES = { agent: "坐席", supervisor: "班长", admin: "管理员", trainer: "训练师" };

export default {
  template: `
    <section>
      <h1>现场概况</h1>
      <div class="rd-cards" v-if="waiting">
        <p class="rd-figure"><b>{{ waiting.now }}</b>现在等人工</p>
        <p class="rd-figure"><b>{{ span(waiting.longest_seconds) }}</b>等得最久</p>
        <p class="rd-figure"><b>{{ span(waiting.p50_seconds_24h) }}</b>24 小时等待中位数</p>
        <p class="rd-figure"><b>{{ span(waiting.p95_seconds_24h) }}</b>24 小时等待 95 分位</p>
      </div>
      <table class="rd-table" v-if="agents.length">
        <thead><tr><th>同事</th><th>角色</th><th>正在处理</th><th class="rd-right-align">上次回复</th></tr></thead>
        <tbody><tr v-for="a in agents" :key="a.id">
          <td>{{ a.name }}</td><td>{{ role(a.role) }}</td>
          <td><span class="rd-chips"><button v-for="h in a.holding" :key="h.id" class="rd-chip" title="查看这段对话" @click="$emit('pick', h.id)">{{ h.country_name || "地点未知" }} · {{ mode(h.mode) }}</button></span><span v-if="!a.holding.length" class="rd-muted">没有会话</span></td>
          <td class="rd-right-align">{{ a.last_reply_at ? clock(a.last_reply_at) : "" }}</td>
        </tr></tbody>
      </table>
      <p v-else-if="loaded" class="rd-empty">还没有坐席账号。管理员添加账号后，会列在这里。</p>
    </section>`,
  props: { agents: { type: Array, default: () => [] }, waiting: Object, loaded: Boolean },
  methods: {
    role: (name) => ROLES[name] || name,
    mode: (name) => rdStaff.MODES[name] || name,
    span: (seconds) => (seconds === null || seconds === undefined ? "无" : rdStaff.span(seconds)),
    clock: (at) => rdStaff.dayAndClock(at),
  },
};
