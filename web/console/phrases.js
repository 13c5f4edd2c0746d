const EMPTY = { id: null, title: "", text: "", words: "", node: "" };

export default {
  template: `
    <section>
      <h1>常用语</h1>
      <p class="rd-muted">坐席写回复时按客户的话和诊断走到的步骤推荐。{{ can ? "请只写指南和资料里有的内容。" : "由班长维护。" }}</p>
      <form v-if="can" class="rd-phrase-form rd-set" @submit.prevent="save">
        <input class="rd-input" v-model.trim="form.title" maxlength="64" placeholder="标题" aria-label="标题">
        <input class="rd-input" v-model.trim="form.words" maxlength="200" placeholder="关键词，用空格分开" aria-label="关键词">
        <input class="rd-input" v-model.trim="form.text" maxlength="1000" style="flex-basis: 100%" placeholder="回复的内容" aria-label="回复的内容">
        <button class="rd-button rd-primary" :disabled="!form.title || !form.text">{{ form.id ? "保存修改" : "添加" }}</button>
        <button v-if="form.id" type="button" class="rd-button" @click="saved">取消</button>
      </form>
      <input class="rd-input" v-model="find" type="search" placeholder="查找" aria-label="查找常用语">
      <table class="rd-table" v-if="shown.length">
        <thead><tr><th>标题</th><th>内容</th><th>关键词</th><th v-if="can"></th></tr></thead>
        <tbody><tr v-for="r in shown" :key="r.id">
          <td>{{ r.title }}</td><td>{{ r.text }}</td><td class="rd-muted">{{ (r.keywords || []).join(" ") }}</td>
          <td v-if="can" class="rd-once"><span class="rd-chips"><button class="rd-button" @click="edit(r)">修改</button>
            <button class="rd-button" @click="sure === r.id ? $emit('remove', r.id) : (sure = r.id)">{{ sure === r.id ? "确定删除" : "删除" }}</button></span></td>
        </tr></tbody>
      </table>
      <p v-else-if="loaded" class="rd-empty">{{ find ? "没有符合的常用语。" : "还没有常用语，班长可以在上面添加。" }}</p>
    </section>`,
  props: { rows: { type: Array, default: () => [] }, can: Boolean, loaded: Boolean },
  data: () => ({ form: { ...EMPTY }, find: "", sure: null }),
  computed: {
    shown() {
      const words = this.find.trim();
      return this.rows.filter((r) => !words || (r.title + r.text + (r.keywords || []).join("")).includes(words));
    },
  },
  methods: {
    edit(r) {
      this.form = { id: r.id, title: r.title, text: r.text, words: (r.keywords || []).join(" "), node: r.node || "" };
    },
    save() {
      const { id, title, text, words, node } = this.form;
      this.$emit("save", { id, title, text, keywords: words.split(/\s+/).filter(Boolean), node: node || null });
    },
    saved() {
      this.form = { ...EMPTY };
    },
  },
};
