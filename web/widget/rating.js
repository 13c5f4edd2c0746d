/** What closes a conversation: a rating of one to five, and the way into a new one. */

import { h, icon } from "./dom.js";
import { texts } from "./texts.js";

/** `rate(score, comment)` resolves when the server kept it; `restart()` begins anew. */
export function ratingForm({ rate, restart }) {
  const said = h("p", { class: "rating-said", role: "status" });
  const comment = h("input", { type: "text", maxlength: "500", placeholder: texts.comment, "aria-label": texts.comment });
  const submit = h("button", { type: "submit", class: "plain" }, texts.rateSend);
  const more = h("div", { class: "rating-more", hidden: true }, comment, submit);
  const scores = texts.scores.map((word, index) => {
    const value = String(index + 1);
    const radio = h("input", { type: "radio", name: "score", value, onchange: () => (more.hidden = false) });
    return h("label", { class: "score" }, radio, h("b", {}, value), h("span", {}, word));
  });
  const form = h(
    "form",
    { class: "rating" },
    h("fieldset", {}, h("legend", {}, texts.rate), h("div", { class: "scores" }, ...scores)),
    more,
    said,
  );
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    submit.disabled = true;
    try {
      await rate(Number(new FormData(form).get("score")), comment.value.trim());
      form.replaceChildren(h("p", { class: "rated", role: "status" }, icon("check"), texts.rated));
    } catch (error) {
      said.textContent = error.message;
      submit.disabled = false;
    }
  });
  return [form, restartButton(restart)];
}

export function restartButton(restart) {
  return h("button", { type: "button", class: "link restart", onclick: restart }, texts.restart);
}
