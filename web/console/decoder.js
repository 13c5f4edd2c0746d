const KINDS = { iccid: "ICCID（卡号）", imsi: "IMSI", mdn: "手机号码", uimid: "UIMID", unknown: "认不出的号码" };

export default {
  template: `
    <section class="rd-decoder" aria-label="号码解读">
      <form class="rd-set" @submit.prevent="$emit('decode', value)">
        <input v-model.trim="value" ref="value" class="rd-input rd-num" maxlength="200" placeholder="粘贴 ICCID、IMSI、号码或 UIMID（d）" aria-label="要解读的号码">
        <button class="rd-button" :disabled="!value">解读</button>
      </form>
      <template v-if="data">
        <p><b>{{ kind(data.kind) }}</b> <span class="rd-muted">{{ data.valid ? "格式正确" : "请核对" }}</span></p>
        <table class="rd-facts rd-parts"><tbody><tr v-for="p in data.parts" :key="p.name"><th scope="row">{{ p.name }}</th><td class="rd-num">{{ p.value }}</td><td>{{ p.meaning }} <span class="rd-cite">{{ p.rule }}</span></td></tr></tbody></table>
        <p v-for="w in data.warnings" :key="w" class="rd-alert">⚠ {{ w }}</p>
        <p v-for="c in data.contradictions || []" :key="c.text" class="rd-alert">⚠ {{ c.text }}</p>
      </template>
    </section>`,
  props: { data: Object },
  data: () => ({ value: "" }),
  methods: {
    kind: (kind) => KINDS[kind] || kind,
    focus() {
      this.$refs.value.focus();
    },
  },
};
