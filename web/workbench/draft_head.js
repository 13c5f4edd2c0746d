export default {
  template: `
    <section class="rd-draft-head" aria-label="草稿">
      <template v-if="draft || document">
        <div class="rd-draft-line">
          <h1>{{ title }}</h1>
          <i v-if="draft" class="rd-state" :class="draft.state">{{ draft.state_title }}</i>
          <i v-else class="rd-state published">已发布的内容</i>
          <span v-if="draft" class="rd-muted">{{ draft.author }} · 第 {{ draft.version }} 版</span>
          <span class="rd-spring"></span>
          <template v-if="!draft"><button class="rd-button rd-primary" :disabled="busy" @click="$emit('begin')">开始修改</button></template>
          <template v-else-if="mine">
            <button v-if="open && behind.length" class="rd-button" :disabled="busy" @click="$emit('rebase', null)">同步到最新内容</button>
            <button v-if="open" class="rd-button" :disabled="busy" @click="sure ? $emit('drop') : (sure = true)">{{ sure ? "确定放弃" : "放弃" }}</button>
            <button v-if="draft.state === 'submitted'" class="rd-button" :disabled="busy" @click="$emit('recall')">收回</button>
            <button v-if="open" class="rd-button rd-primary" :disabled="busy || !green || !changed" :title="why" @click="asking = asking === 'submit' ? null : 'submit'">提交审核</button>
          </template>
          <template v-else-if="draft.state === 'submitted'">
            <button class="rd-button" :disabled="busy" @click="asking = asking === 'reject' ? null : 'reject'">退回</button>
            <button class="rd-button rd-primary" :disabled="busy" @click="$emit('publish', draft.version)">发布</button>
          </template>
        </div>
        <p v-if="draft && draft.reason" class="rd-muted">修改原因：{{ draft.reason }}</p>
        <p v-if="draft && draft.state === 'rejected'" class="rd-alert" role="status">{{ draft.decided_by }} 退回：{{ draft.decision }}</p>
        <p v-if="behind.length" class="rd-alert" role="status">开始修改之后，{{ behind.join("、") }} 又发布过或被手工改过，同步之后才能提交。</p>
        <p v-if="training" class="rd-alert" role="status">改动了 facts.yml 或 operators.yml：问法和流程发布后立即生效，客户说法里新的词要训练一次模型机器人才认得。</p>
        <form v-if="asking" class="rd-set" @submit.prevent="send">
          <input ref="why" class="rd-input" v-model.trim="reason" maxlength="500" :placeholder="asking === 'submit' ? '为什么要改（写进提交记录）' : '请写明退回的原因'" :aria-label="asking === 'submit' ? '修改原因' : '退回的原因'">
          <button class="rd-button rd-primary" :disabled="busy || !reason">{{ asking === "submit" ? "确定提交" : "确定退回" }}</button>
          <button type="button" class="rd-button" @click="asking = null">取消</button>
        </form>
        <div v-if="clashes.length" class="rd-clashes" role="alert">
          <p>这几处您和已发布的内容都改过。请选择先保留哪一边，同步之后再逐处核对。</p>
          <article v-for="c in clashes" :key="c.file + c.line"><h2>{{ c.file }} 第 {{ c.line }} 行</h2>
            <div class="rd-clash"><pre><b>您的</b>\n{{ c.mine }}</pre><pre><b>已发布的</b>\n{{ c.theirs }}</pre></div></article>
          <div class="rd-acts"><button class="rd-button" @click="$emit('rebase', 'theirs')">保留已发布的</button>
            <button class="rd-button rd-primary" @click="$emit('rebase', 'mine')">保留我的</button></div>
        </div>
        <div class="rd-chips" role="tablist" aria-label="看什么">
          <button v-for="t in tabs" :key="t.value" role="tab" class="rd-chip" :aria-selected="tab === t.value" :aria-pressed="tab === t.value" @click="$emit('tab', t.value)">
            {{ t.label }}<b v-if="t.value === 'checks' && failing" class="low"> {{ failing }}</b></button>
        </div>
      </template>
      <p v-else class="rd-empty">请在左边选一份内容或草稿。草稿要检查全部通过，再由另一位同事审核发布；发布后新的对话立即用新内容，进行中的诊断仍走原来的版本。</p>
    </section>`,
  props: {
    draft: Object, document: String, title: String, me: String, busy: Boolean, green: Boolean, changed: Boolean, training: Boolean,
    failing: Number, behind: { type: Array, default: () => [] }, clashes: { type: Array, default: () => [] },
    tabs: { type: Array, default: () => [] }, tab: String,
  },
  data: () => ({ asking: null, reason: "", sure: false }),
  computed: {
    mine() {
      return this.draft.author_id === this.me;
    },
    open() {
      return ["draft", "rejected"].includes(this.draft.state);
    },
    why() {
      return !this.changed ? "还没有改动" : this.green ? "" : "检查还没有全部通过";
    },
  },
  watch: {
    "draft.id"() {
      Object.assign(this, { asking: null, reason: "", sure: false });
    },
    "draft.state"() {
      this.asking = null;
    },
    async asking(now) {
      if (!now) return;
      this.reason = now === "submit" ? this.draft.reason || "" : "";
      await this.$nextTick();
      this.$refs.why?.focus();
    },
  },
  methods: {
    send() {
      this.$emit(this.asking, { reason: this.reason, version: this.draft.version });
    },
  },
};
