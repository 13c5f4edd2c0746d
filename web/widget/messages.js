/** One message as a list item: who said it, the words, what it rests on, what can be pressed. */

import { h, icon } from "./dom.js";
import { texts } from "./texts.js";
import { briefTicket, ticketCard } from "./ticket.js";
import { moment } from "./when.js";

const FACES = { bot: "bot", agent: "person", system: "info" };

/** `on.choose(message, choice)` and `on.ticket()` are the two things a message can ask for. */
export function messageItem(message, on) {
  const { sender } = message;
  const name = sender === "agent" && message.name ? `${texts.who.agent} ${message.name}` : texts.who[sender];
  const item = h(
    "li",
    { class: `message ${sender}` },
    h("p", { class: "who" }, FACES[sender] ? icon(FACES[sender]) : null, h("span", {}, name)),
    message.text ? h("div", { class: "bubble" }, ...paragraphs(message.text, sender)) : null,
    message.ticket ? ticket(message, on) : null,
    message.citations?.length ? h("div", { class: "cites" }, ...message.citations.map(citation)) : null,
    message.choices?.length ? choiceGroup(message, on) : null,
  );
  if (message.created_at) item.dataset.at = message.created_at;
  return item;
}

/** A line the widget itself says; it is of this page only and gone after a reload. */
export function noteItem(text) {
  return messageItem({ sender: "system", text }, {});
}

export function timeMark(iso) {
  return h("p", { class: "time" }, h("time", { datetime: iso }, moment(iso)));
}

/** Numbered lines hang at their number; a customer's own words stay exactly as typed. */
function paragraphs(text, sender) {
  if (sender === "customer") return [text];
  return text.trim().split("\n").map((line) => {
    const step = /^\s*(\d{1,2}[.．、])\s*(.*)$/.exec(line);
    if (step) return h("p", { class: "step" }, h("span", { class: "step-number" }, step[1]), h("span", {}, step[2]));
    return h("p", {}, line);
  });
}

function ticket(message, on) {
  return message.ticket.outcome ? ticketCard(message.ticket, on.ticket) : briefTicket(message.ticket);
}

function citation(cited) {
  const source = cited.source && typeof cited.source === "object" ? cited.source.title : cited.source;
  const year = cited.year ?? cited.as_of;
  return h(
    "details",
    { class: "cite" },
    h("summary", {}, `${texts.cite}：${cited.title ?? cited.id}`),
    h(
      "div",
      { class: "cite-body" },
      cited.text ? h("p", {}, cited.text) : null,
      h("p", { class: "cite-source" }, [cited.id, source, year].filter(Boolean).join(" · ")),
    ),
  );
}

function choiceGroup(message, on) {
  const buttons = message.choices.map((choice) => {
    const press = () => on.choose(message, choice);
    const quiet = choice.value === "unsure" ? "choice quiet" : "choice";
    return h("button", { type: "button", class: quiet, "data-value": choice.value, onclick: press }, choice.label);
  });
  return h("div", { class: "choices", role: "group", "aria-label": texts.choices }, ...buttons);
}

/** Marks which choice was taken (by label or value) and whether any may still be pressed. */
export function setChoices(item, { open, chosen }) {
  for (const button of item.querySelectorAll(".choice")) {
    button.disabled = !open;
    const taken = !open && chosen !== null && (button.dataset.value === chosen || button.textContent === chosen);
    if (taken && !button.classList.contains("chosen")) {
      button.classList.add("chosen");
      button.setAttribute("aria-label", `${button.textContent}（${texts.chosen}）`);
      button.prepend(icon("check"));
    } else if (!taken && button.classList.contains("chosen")) {
      button.classList.remove("chosen");
      button.removeAttribute("aria-label");
      button.querySelector("svg")?.remove();
    }
  }
}
