const PRIORITIES = { urgent: "紧急", high: "高", normal: "普通", low: "低" };
const STATES = { running: "", met: "已完成", missed: "已超时", extended: "已延期" };
const ACTORS = { customer: "客户", bot: "机器人", system: "系统", crm: "客户资料系统", noc: "网络运行中心", hlr: "用户数据系统" };
const TO = { noc_group: "集团网运" };

export default {
  template: `
    <section class="rd-ticket" aria-label="工单">
      <template v-if="data">
        <p class="rd-ticket-head"><b class="rd-num">{{ data.number }}</b> <span class="rd-mode">{{ data.status_title }}</span> <span>{{ data.category_title || "未分类" }}</span></p>
        <p v-if="data.outcome_title" class="rd-muted">结论：{{ data.outcome_title }}</p>
        <div v-for="n in data.notifications" :key="n.to" class="rd-alert">
          <span>{{ n.done_at ? "已通知" : "请通知" }}{{ to(n.to) }}：{{ n.reason }} <span class="rd-cite">{{ (n.cites || []).join("、") }}</span></span>
          <button v-if="!n.done_at && can" class="rd-button" @click="$emit('notified', n.to)">已通知</button>
          <span v-else-if="n.done_at" class="rd-muted">{{ n.done_by }}</span>
        </div>
        <table class="rd-clocks"><tbody>
          <tr v-for="c in data.clocks" :key="c.name" :class="c.state">
            <th scope="row">{{ c.title }} <span class="rd-cite">{{ c.rule }}</span></th>
            <td>{{ left(c) }}</td>
          </tr>
        </tbody></table>
        <div v-if="can" class="rd-ticket-acts">
          <select :value="data.priority" aria-label="优先级" @change="ask('priority', $event.target)"><option v-for="(t, p) in priorities" :key="p" :value="p">优先级：{{ t }}</option></select>
          <select v-model="next" aria-label="改变状态"><option value="">改为…</option><option v-for="s in data.next_statuses" :key="s.status" :value="s.status">{{ s.title }}</option></select>
        </div>
        <form v-if="next || asked" class="rd-set" @submit.prevent="go">
          <input v-model.trim="note" ref="note" class="rd-input" maxlength="2000" :placeholder="asked ? '为什么改优先级' : '备注（可不填）'" :aria-label="asked ? '原因' : '备注'">
          <button class="rd-button rd-primary" :disabled="asked && !note">确定</button><button type="button" class="rd-button" @click="cancel">取消</button>
        </form>
        <form v-if="can" class="rd-set" @submit.prevent="add"><input v-model.trim="text" class="rd-input" maxlength="2000" placeholder="写一条内部备注" aria-label="内部备注"><button class="rd-button" :disabled="!text">记下</button></form>
        <template v-if="data.pictures && data.pictures.length">
          <h2>客户发来的图片</h2>
          <pictures :items="data.pictures" :can="can"></pictures>
        </template>
        <h2>经过</h2>
        <ol class="rd-events"><li v-for="(e, i) in latest" :key="i"><time class="rd-muted rd-num">{{ clock(e.at) }}</time> <span>{{ e.title || e.kind }}{{ e.note ? "：" + e.note : "" }}</span> <span class="rd-muted">{{ actor(e.actor) }}</span></li></ol>
      </template>
      <p v-else class="rd-empty">还没有工单。客户说出故障或投诉后，工单会自己建好。</p>
    </section>`,
  components: { pictures: rdStaff.Pictures },
  props: { data: Object, can: Boolean },
  data: () => ({ next: "", asked: null, note: "", text: "", now: Date.now(), priorities: PRIORITIES }),
  computed: {
    latest() {
      return [...this.data.events].reverse().slice(0, 40);
    },
  },
  mounted() {
    this.ticker = setInterval(() => (this.now = Date.now()), 30000);
  },
  unmounted() {
    clearInterval(this.ticker);
  },
  methods: {
    actor: (name) => ACTORS[name] || name,
    to: (name) => TO[name] || name,
    left(c) {
      if (STATES[c.state]) return STATES[c.state];
      const s = (Date.parse(c.due_at) - this.now) / 1000;
      return s <= 0 ? "已超时" : `剩 ${rdStaff.span(s)}`;
    },
    ask(what, select) {
      this.asked = { what, value: select.value, select };
      this.$nextTick(() => this.$refs.note.focus());
    },
    go() {
      if (this.asked) this.$emit("priority", { priority: this.asked.value, reason: this.note });
      else this.$emit("move", { to: this.next, note: this.note || null });
      this.asked = null;
      this.next = this.note = "";
    },
    cancel() {
      if (this.asked) this.asked.select.value = this.data.priority;
      this.asked = null;
      this.next = this.note = "";
    },
    add() {
      this.$emit("note", this.text);
      this.text = "";
    },
    clock: (at) => rdStaff.dayAndClock(at),
  },
};
