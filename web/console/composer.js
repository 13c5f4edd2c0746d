const DRAFT = "rd-draft:";
const newId = () => (crypto.randomUUID ? crypto.randomUUID() : `${Date.now()}-${Math.random()}`);

export default {
  template: `
    <form class="rd-composer" @submit.prevent="send">
      <p v-if="suggestion" class="rd-muted rd-from">修改自建议：{{ suggestion.source_title || suggestion.source }} <button type="button" class="rd-link" @click="forget">另写一条</button></p>
      <textarea ref="box" v-model="text" :disabled="!can" rows="2" maxlength="2000" aria-label="回复客户"
        :placeholder="can ? '回复客户，Enter 发送，Shift+Enter 换行（i）' : why"
        @keydown="key" @compositionstart="composing = true" @compositionend="composing = false" @input="keep"></textarea>
      <button type="submit" class="rd-button rd-primary" :disabled="!can || !text.trim() || sending">{{ sending ? "发送中" : "发送" }}</button>
    </form>`,
  props: { conversation: String, can: Boolean, why: String },
  data: () => ({ text: "", suggestion: null, sending: null, composing: false }),
  watch: {
    conversation(now, before) {
      this.restore();
    },
  },
  mounted() {
    this.restore();
  },
  methods: {
    restore() {
      this.sending = null;
      let kept = {};
      try {
        kept = JSON.parse(localStorage.getItem(DRAFT + this.conversation) || "{}");
      } catch {
        kept = {};
      }
      this.text = kept.text || "";
      this.suggestion = kept.suggestion || null;
    },
    keep() {
      const key = DRAFT + this.conversation;
      if (this.text) localStorage.setItem(key, JSON.stringify({ text: this.text, suggestion: this.suggestion }));
      else localStorage.removeItem(key);
    },
    edit(suggestion) {
      this.text = suggestion.text;
      this.suggestion = { id: suggestion.id, source: suggestion.source, source_title: suggestion.source_title };
      this.keep();
      this.$nextTick(() => this.$refs.box.focus());
    },
    forget() {
      this.suggestion = null;
      this.keep();
    },
    focus() {
      this.$refs.box.focus();
    },
    key(event) {
      if (event.key === "Escape") this.$refs.box.blur();
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || this.composing) return;
      event.preventDefault();
      this.send();
    },
    send() {
      if (!this.can || !this.text.trim() || this.sending) return;
      // The id stays until the API has the words: sent again after a failure they are said once.
      this.again = this.again && this.again.text === this.text ? this.again : { id: newId(), text: this.text };
      this.sending = this.again.id;
      this.$emit("send", { client_id: this.again.id, text: this.text, suggestion_id: this.suggestion && this.suggestion.id });
    },
    sent(conversation, clientId) {
      localStorage.removeItem(DRAFT + conversation);
      if (conversation !== this.conversation || clientId !== this.sending) return;
      this.text = "";
      this.suggestion = this.sending = this.again = null;
    },
    failed(clientId, stale) {
      if (clientId !== this.sending) return;
      this.sending = null;
      if (stale) this.forget();
    },
  },
};
