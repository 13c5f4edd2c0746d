export default {
  template: `
    <section class="rd-changes" aria-label="改动与影响">
      <template v-if="impact">
        <h2>发布后受影响的内容</h2>
        <p v-if="impact.needs_training" class="rd-alert">改动了 facts.yml 或 operators.yml：发布后请训练一次模型，机器人才认得新的词。</p>
        <dl class="rd-impact">
          <div v-if="isTree"><dt>步骤</dt><dd><ul v-if="impact.nodes.length"><li v-for="n in impact.nodes" :key="n.node">{{ n.title }} <span class="rd-muted">{{ n.how_title }}</span></li></ul><span v-else class="rd-muted">没有步骤改变</span></dd></div>
          <div v-if="isTree"><dt>进行中的诊断</dt><dd><p>{{ impact.open_cases_count ? impact.open_cases_count + " 个，仍走原来的版本到结束" : "没有" }}</p>
            <ul><li v-for="c in impact.open_cases" :key="c.conversation_id"><a :href="'/console?c=' + c.conversation_id">{{ c.ticket || "还没有工单" }}</a> {{ c.node_title || "" }}<i v-if="c.touched" class="rd-state submitted">正在改动的步骤</i></li></ul></dd></div>
          <div v-if="isTree"><dt>测试与训练故事</dt><dd><ul v-if="impact.stories.length"><li v-for="s in impact.stories" :key="s.file + s.name">{{ s.kind === "test" ? "测试" : "训练" }}：{{ s.name }} <span class="rd-muted">{{ s.file.split("/").pop() }}{{ s.nodes.length ? " 经过 " + s.nodes.join("、") : "" }}</span><b v-if="s.before" class="low"> 结论由“{{ s.before }}”变为“{{ s.after }}”</b></li></ul><span v-else class="rd-muted">没有</span></dd></div>
          <div><dt>等坐席处理的建议</dt><dd><p>{{ impact.suggestions_count ? impact.suggestions_count + " 条" : "没有" }}</p><ul><li v-for="s in impact.suggestions" :key="s.conversation_id + s.text"><a :href="'/console?c=' + s.conversation_id">{{ s.text }}</a></li></ul></dd></div>
          <div v-if="isTree"><dt>常用语</dt><dd>{{ impact.phrases.map(p => p.title).join("、") || "没有" }}</dd></div>
          <div v-if="isTree"><dt>文章</dt><dd>{{ impact.articles.map(a => a.title).join("、") || "没有" }}</dd></div>
        </dl>
      </template>
      <h2>改动</h2>
      <p v-if="!diff.length" class="rd-muted">{{ impact ? "还没有改动。" : "这是已发布的内容，没有等发布的改动。" }}</p>
      <article v-for="d in diff" :key="d.file"><h2>{{ d.file }}</h2>
        <div class="rd-diff" tabindex="0" role="group" :aria-label="d.file + ' 的改动'"><div v-for="(l, i) in d.lines" :key="i" :class="{ plus: l.kind === '+', minus: l.kind === '-', gap: l.kind === '@' }"><span class="rd-num">{{ l.old || "" }}</span><span class="rd-num">{{ l.new || "" }}</span><code>{{ l.kind === "@" ? "⋯" : l.kind + " " + l.text }}</code></div></div></article>
    </section>`,
  props: { diff: { type: Array, default: () => [] }, impact: Object, isTree: Boolean },
};
