export default {
  template: `
    <section class="rd-docs" aria-label="内容">
      <div v-if="kinds.length > 1" class="rd-chips rd-docs-head" role="group" aria-label="种类">
        <button v-for="k in kinds" :key="k.value" class="rd-chip" :aria-pressed="kind === k.value" @click="$emit('kind', k.value)">{{ k.label }}</button>
      </div>
      <div class="rd-docs-body">
        <h2>草稿与待审核</h2>
        <ul>
          <li v-for="d in drafts" :key="d.id"><button class="rd-doc" :aria-current="d.id === current ? 'true' : 'false'" @click="$emit('draft', d.id)">
            <span><b>{{ d.title }}</b><i class="rd-state" :class="d.state">{{ d.state_title }}</i></span>
            <small class="rd-muted">{{ kind === "phrase" ? "" : d.document + " · " }}{{ d.author }} · {{ at(d.updated_at) }}</small></button></li>
          <li v-if="loaded && !drafts.length" class="rd-empty">没有打开的草稿。在下面选一份内容，点“开始修改”。</li>
        </ul>
        <h2>{{ noun }}</h2>
        <input v-if="documents.length > 12" class="rd-input" v-model="words" type="search" :placeholder="'查找' + noun" :aria-label="'查找' + noun">
        <ul>
          <li v-for="d in shown" :key="d.name"><button class="rd-doc" :aria-current="!current && d.name === document ? 'true' : 'false'" @click="$emit('document', d.name)">
            <span>{{ d.title }}<i v-if="d.drafts" class="rd-state draft">{{ d.drafts }} 份草稿</i></span>
            <small class="rd-muted">{{ kind === "phrase" ? "" : d.name }}{{ d.published_at ? "　上次发布 " + at(d.published_at) : "" }}</small></button></li>
        </ul>
        <form class="rd-set" @submit.prevent="begin">
          <input v-if="kind !== 'phrase'" class="rd-input" v-model.trim="name" maxlength="40" placeholder="新的名称（字母、数字、下划线）" :aria-label="'新的' + noun + '名称'">
          <button class="rd-button" :disabled="kind !== 'phrase' && !/^[a-z][a-z0-9_]+$/.test(name)">新建{{ noun }}</button>
        </form>
      </div>
    </section>`,
  props: {
    kind: String, kinds: { type: Array, default: () => [] }, documents: { type: Array, default: () => [] },
    drafts: { type: Array, default: () => [] }, current: String, document: String, loaded: Boolean,
  },
  data: () => ({ words: "", name: "" }),
  computed: {
    noun() {
      return { tree: "诊断树", article: "文章", phrase: "常用语" }[this.kind] || "";
    },
    shown() {
      const words = this.words.trim().toLowerCase();
      return this.documents.filter((d) => !words || (d.title + d.name).toLowerCase().includes(words));
    },
  },
  methods: {
    at: (at) => rdStaff.dayAndClock(at),
    begin() {
      this.$emit("new", this.name || "new");
      this.name = "";
    },
  },
};
