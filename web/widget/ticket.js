/** The ticket card: number, status, what comes next and until when. */

import { h, icon } from "./dom.js";
import { texts } from "./texts.js";
import { deadline } from "./when.js";

const RUNNING = ["running", "extended"];

/** While the cause is still being asked for, the ticket is two lines, so that the question stays in sight. */
export function briefTicket(ticket) {
  return h(
    "div",
    { class: "ticket brief", role: "group", "aria-label": `${texts.ticket} ${ticket.number}` },
    numberLine(ticket),
    h("p", {}, briefWords(ticket)),
  );
}

/** `refresh()` resolves to the customer's view of the ticket as it is now. */
export function ticketCard(ticket, refresh) {
  const rows = h("dl");
  const said = h("p", { class: "ticket-said", role: "status" });
  const button = h("button", { type: "button", class: "link" }, texts.refresh);
  const card = h(
    "div",
    { class: "ticket", role: "group", "aria-label": `${texts.ticket} ${ticket.number}` },
    numberLine(ticket),
    rows,
    button,
    said,
  );
  card.update = (now) => rows.replaceChildren(...ticketRows(now));
  card.update(ticket);
  button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = texts.refreshing;
    try {
      card.update(await refresh());
      said.textContent = "";
    } catch {
      said.textContent = texts.refreshFailed;
    }
    button.disabled = false;
  });
  return card;
}

export function statusWord(ticket) {
  return texts.ticketStatus[ticket.status] ?? ticket.status;
}

function numberLine(ticket) {
  return h("h3", {}, icon("ticket"), `${texts.ticket} `, h("span", { class: "number" }, ticket.number));
}

function briefWords(ticket) {
  const clock = nextClock(ticket);
  if (!clock) return statusWord(ticket);
  return `${statusWord(ticket)}，${texts.due(deadline(clock.due_at).beijing)}${clockTitle(clock)}`;
}

function clockTitle(clock) {
  return clock.title ?? texts.clock[clock.name] ?? clock.name;
}

function ticketRows(ticket) {
  const clock = nextClock(ticket);
  const rows = [...row(texts.ticketRow.status, h("span", { class: "status" }, icon("info"), statusWord(ticket)))];
  if (!clock) return [...rows, ...row(texts.ticketRow.due, texts.noClock)];
  const { beijing, local } = deadline(clock.due_at);
  const due = h("time", { datetime: clock.due_at }, texts.due(beijing, local));
  return [
    ...rows,
    ...row(texts.ticketRow.next, clockTitle(clock)),
    ...row(texts.ticketRow.due, due),
  ];
}

function nextClock(ticket) {
  if (ticket.next_clock !== undefined) return ticket.next_clock;
  const open = (ticket.clocks ?? []).filter((clock) => RUNNING.includes(clock.state));
  return open.sort((one, other) => Date.parse(one.due_at) - Date.parse(other.due_at))[0];
}

function row(name, value) {
  return [h("dt", {}, name), h("dd", {}, value)];
}
