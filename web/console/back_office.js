export default {
  template: `
    <section>
      <h1>后台核查</h1>
      <p class="rd-muted">这些工单在等客户资料系统、网络运行中心或用户数据系统的答复。点一下就填好，诊断接着走，客户会收到结果。</p>
      <table class="rd-table" v-if="rows.length">
        <thead><tr><th>工单</th><th>要查什么</th><th>谁能查</th><th>客户的情况</th><th class="rd-right-align">最晚</th><th>结果</th></tr></thead>
        <tbody>
          <tr v-for="r in rows" :key="r.number + r.fact">
            <td><button class="rd-link rd-num" @click="$emit('pick', r.conversation_id)">{{ r.number }}</button></td>
            <td>{{ r.title }} <span class="rd-cite">{{ (r.cites || []).join("、") }}</span></td>
            <td>{{ r.who_title }}</td>
            <td>{{ [r.country_name, r.facts_short].filter(Boolean).join(" · ") }}</td>
            <td class="rd-right-align">{{ due(r.due_at) }}</td>
            <td><span class="rd-chips">
              <button v-for="o in r.options" :key="o.value" class="rd-button" @click="$emit('answer', { number: r.number, fact: r.fact, value: o.value, kind: r.kind })">{{ o.label }}</button>
            </span></td>
          </tr>
        </tbody>
      </table>
      <p v-else-if="loaded" class="rd-empty">没有等后台答复的工单。诊断走到要查系统的一步而系统没有答复时，会出现在这里。</p>
    </section>`,
  props: { rows: { type: Array, default: () => [] }, loaded: Boolean },
  methods: {
    due: (at) => (at ? rdStaff.deadline(at) : ""),
  },
};
