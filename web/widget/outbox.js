/** What the customer said and the server has not yet acknowledged, oldest first.
 *  Read from storage on each call, so that two tabs of one conversation share one queue. */

export class Outbox {
  #storage;

  constructor(storage) {
    this.#storage = storage;
  }

  entries() {
    return this.#storage.get("outbox", []);
  }

  head() {
    return this.entries()[0];
  }

  /** `content` is {text} or {choice: {fact, value}, label}; `after` is the last seq seen when it was written. */
  add(content, after) {
    const entry = { client_id: newId(), after, ...content };
    this.#storage.set("outbox", [...this.entries(), entry]);
    return entry;
  }

  remove(clientId) {
    this.#storage.set("outbox", this.entries().filter((entry) => entry.client_id !== clientId));
  }

  /** A new conversation has not asked the old one's question: texts go on, pressed choices do not. */
  moveToNewConversation() {
    const kept = this.entries().filter((entry) => !entry.choice).map((entry) => ({ ...entry, after: 0 }));
    this.#storage.set("outbox", kept);
    return kept;
  }
}

export function shownText(entry) {
  return entry.choice ? entry.label : entry.text;
}

function newId() {
  // randomUUID is missing on plain http, where this page must work too.
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
