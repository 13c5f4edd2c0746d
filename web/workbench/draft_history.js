export default {
  template: `
    <section class="rd-history" aria-label="发布记录">
      <p v-if="!rows.length" class="rd-empty">在这里还没有发布过。第一次发布之后，每一版都会列在这里，可以比较和恢复。</p>
      <table v-else class="rd-table"><thead><tr><th>版本</th><th>原因</th><th>作者 / 发布</th><th>时间</th><th></th></tr></thead>
        <tbody><tr v-for="(r, i) in rows" :key="r.id" :class="{ open: r.id === shown }"><td class="rd-num">{{ r.id }}<br><small class="rd-muted">{{ r.revision || "" }}</small></td><td>{{ r.reason }}</td><td>{{ r.author }} / {{ r.publisher }}</td><td><time>{{ at(r.at) }}</time></td>
          <td class="rd-once"><button class="rd-link" @click="$emit('show', { id: r.id, against: null })">看改动</button><button v-if="i + 1 < rows.length" class="rd-link" @click="$emit('show', { id: rows[0].id, against: r.id })">和最新的比</button>
            <button class="rd-link" @click="$emit('restore', { id: r.id, before: false })">恢复到这一版</button><button v-if="i === rows.length - 1" class="rd-link" @click="$emit('restore', { id: r.id, before: true })">恢复到它之前</button>
            <a class="rd-link" :href="'/v1/training/publications/' + r.id + '/export'" download>导出</a></td></tr></tbody></table>
    </section>`,
  props: { rows: { type: Array, default: () => [] }, shown: Number },
  methods: { at: (at) => rdStaff.dayAndClock(at) },
};
