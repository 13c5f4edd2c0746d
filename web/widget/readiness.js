/** Asks /readyz until every part is up, and tells which are not. */

import { ApiError } from "./transport.js";

const POLL_MS = 2000;

export class Readiness {
  #transport;
  #running;
  #tell;
  #watching = false;

  /** `running()` says whether anybody still wants to know; `tell(names)` gets the parts that are not up. */
  constructor({ transport, running, tell }) {
    this.#transport = transport;
    this.#running = running;
    this.#tell = tell;
  }

  async watch() {
    if (this.#watching) return;
    this.#watching = true;
    try {
      for (;;) {
        const pending = await this.#pending();
        if (!this.#running()) return;
        // Without an answer the link tells the story, not the parts.
        if (pending) this.#tell(pending);
        if (pending?.length === 0) return;
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
        if (!this.#running()) return;
      }
    } finally {
      this.#watching = false;
    }
  }

  async #pending() {
    try {
      await this.#transport.call("GET", "/readyz");
      return [];
    } catch (error) {
      if (!(error instanceof ApiError)) return null;
      return error.status === 503 ? notReady(error.body) : [];
    }
  }
}

/** Names of the parts in a /readyz body that are not up; the model counts with the bot. */
export function notReady(body) {
  const parts = body?.parts ?? body ?? {};
  return ["database", "bot", "actions"].filter((name) => name in parts && !isUp(parts[name]));
}

function isUp(part) {
  if (part && typeof part === "object") return isUp(part.ready ?? part.ok ?? part.state ?? part.status);
  return part === true || ["ok", "ready", "up"].includes(part);
}
