export default {
  template: `
    <section>
      <div class="rd-head-line"><h1>修改</h1><span class="rd-muted">审核时采用的例句、做好的故事先进您的草稿；写入时一次写进 data/，在 git 仓库里就是一个提交。</span></div>
      <div class="rd-list-and-one" v-if="rows.length">
        <nav class="rd-box" style="padding: 0" aria-label="修改集">
          <button v-for="r in rows" :key="r.id" class="rd-row" :class="{ open: one && one.change_set.id === r.id }" :aria-current="Boolean(one && one.change_set.id === r.id)" @click="$emit('pick', r.id)">
            <span class="rd-row-top"><b class="rd-row-text">{{ r.reason || "还没有写入的修改" }}</b></span>
            <span class="rd-row-foot"><span>{{ r.mine ? "我" : r.author.name }}</span><span>{{ r.changes }} 项</span><span :class="{ low: r.state === 'failed' }">{{ r.state_title }}</span><time :datetime="r.created_at">{{ when(r.applied_at || r.created_at) }}</time></span>
          </button>
        </nav>
        <article v-if="one" style="display: grid; gap: var(--rd-3); min-width: 0">
          <div class="rd-box">
            <div class="rd-head-line"><b>{{ one.change_set.reason || "草稿" }}</b><span v-if="one.change_set.reason || one.change_set.state !== 'draft'" class="rd-mode">{{ one.change_set.state_title }}</span>
              <span class="rd-muted">{{ one.change_set.author.name }}<template v-if="one.change_set.commit"> · 提交 <span class="rd-num">{{ one.change_set.commit.slice(0, 10) }}</span></template><template v-if="one.change_set.reverted_by"> · {{ one.change_set.reverted_by }} 撤回</template></span>
              <span class="rd-spring"></span><a class="rd-button" style="text-decoration: none" :href="'/v1/training/changes/' + one.change_set.id + '/export'">导出</a></div>
            <p v-if="one.problem" class="rd-alert" role="alert">{{ one.problem.message }}</p>
            <p v-else-if="one.change_set.error" class="rd-alert" role="alert">上次{{ written ? "撤回" : "写入" }}没有成功：{{ one.change_set.error }}什么都没有改，改好以后可以再{{ written ? "撤回" : "写" }}。</p>
            <form v-if="open && mayWrite && one.changes.length" class="rd-set" @submit.prevent="decide('apply')">
              <input class="rd-input" v-model.trim="reason" maxlength="200" placeholder="这次修改的原因，会写进提交里" aria-label="原因">
              <button class="rd-button rd-primary" :disabled="!reason || busy || Boolean(one.problem)">{{ busy ? "正在写入" : "写入文件" }}</button></form>
            <form v-else-if="written" class="rd-set" @submit.prevent="decide('revert')">
              <input class="rd-input" v-model.trim="reason" maxlength="200" placeholder="撤回的原因" aria-label="撤回的原因">
              <button class="rd-button" :disabled="!reason || busy">{{ busy ? "正在撤回" : "撤回" }}</button></form>
          </div>
          <div class="rd-box" v-if="one.changes.length"><h2>内容</h2>
            <table class="rd-table"><thead><tr><th>种类</th><th>内容</th><th>文件</th><th v-if="open"><span class="rd-muted">操作</span></th></tr></thead>
              <tbody><tr v-for="c in one.changes" :key="c.id"><td class="rd-once">{{ c.kind_title }}<template v-if="c.label_title">：{{ c.label_title }}</template></td><td>{{ c.title }}<span v-if="c.payload.remove && c.payload.remove.length" class="rd-muted">（并从别的意图里去掉 {{ c.payload.remove.length }} 句）</span></td><td class="rd-muted">{{ c.file }}</td>
                <td v-if="open" class="rd-once"><button class="rd-button" v-if="mayWrite" :aria-label="'移出 ' + c.title" @click="$emit('takeout', { set: one.change_set.id, change: c.id })">移出</button></td></tr></tbody></table></div>
          <div class="rd-box" v-if="one.patch"><h2>{{ open ? "写入后文件会这样变" : "文件这样变了" }}</h2>
            <div class="rd-code" tabindex="0" role="region" aria-label="文件的变化"><div v-for="(line, n) in lines" :key="n" :class="kind(line)">{{ line || " " }}</div></div></div>
        </article>
      </div>
      <p v-else-if="loaded" class="rd-empty">还没有修改。在“审核”里采用一条消息，或在“故事”里做一个故事，就会出现在这里。</p>
    </section>`,
  props: { rows: { type: Array, default: () => [] }, one: Object, loaded: Boolean, busy: Boolean, supervises: Boolean },
  data: () => ({ reason: "" }),
  computed: {
    open() { return ["draft", "failed"].includes(this.one?.change_set.state); },
    written() { return ["applied", "exported"].includes(this.one?.change_set.state); },
    mayWrite() { return this.one.change_set.mine || this.supervises; },
    lines() { return this.one.patch.replace(/\n$/, "").split("\n"); },
  },
  methods: {
    when: (at) => rdStaff.dayAndClock(at),
    kind(line) {
      if (line.startsWith("+++") || line.startsWith("---") || line.startsWith("@@") || line.startsWith("diff") || line.startsWith("new file")) return "at";
      return { "+": "plus", "-": "minus" }[line[0]] || "";
    },
    decide(what) {
      this.$emit("decide", { id: this.one.change_set.id, what, reason: this.reason });
    },
    /** It went through: the reason belongs to that set. */
    settled() {
      this.reason = "";
    },
  },
};
