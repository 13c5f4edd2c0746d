/** HTTP to the contract's customer routes. Two failures only: NetworkError (no answer, try again)
 *  and ApiError (the server said no, in the contract's shape). */

import { texts } from "./texts.js";

const CALL_TIMEOUT_MS = 15_000;
// The server sends a comment at least every 15 s; three missed ones mean a dead line.
const SILENCE_MS = 45_000;

export class NetworkError extends Error {}

export class ApiError extends Error {
  constructor(status, body, retryAfterSeconds) {
    super(body?.error?.message || texts.unknownError);
    this.status = status;
    this.body = body;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export class Transport {
  constructor(base) {
    this.base = base.replace(/\/+$/, "");
  }

  call(method, path, { token, body } = {}) {
    return this.#answer(readJson, path, {
      method,
      headers: { ...authorization(token), ...(body ? { "Content-Type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
  }

  /** A file as a Blob: an <img> cannot carry an Authorization header either. */
  file(path, { token }) {
    return this.#answer((response) => (response.ok ? response.blob() : readJson(response)), path, {
      headers: authorization(token),
    });
  }

  async #answer(read, path, options) {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), CALL_TIMEOUT_MS);
    try {
      return await read(await this.#fetch(path, { ...options, signal: controller.signal }));
    } catch (error) {
      throw error instanceof ApiError ? error : new NetworkError(String(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Server-sent events by fetch: EventSource cannot carry an Authorization header. */
  async *events(path, { token, lastEventId, signal }) {
    const controller = new AbortController();
    const stop = () => controller.abort();
    signal.addEventListener("abort", stop);
    let timer = setTimeout(stop, SILENCE_MS);
    try {
      const response = await this.#fetch(path, {
        headers: { ...authorization(token), Accept: "text/event-stream", "Last-Event-ID": String(lastEventId) },
        cache: "no-store",
        signal: controller.signal,
      });
      if (!response.ok) await readJson(response);
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parser = new EventParser();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(timer);
        timer = setTimeout(stop, SILENCE_MS);
        yield* parser.push(decoder.decode(value, { stream: true }));
      }
    } catch (error) {
      throw error instanceof ApiError ? error : new NetworkError(String(error));
    } finally {
      clearTimeout(timer);
      signal.removeEventListener("abort", stop);
      controller.abort();
    }
  }

  #fetch(path, options) {
    return fetch(this.base + path, { credentials: "omit", ...options });
  }
}

/** Turns chunks cut anywhere into {event, data}, as the HTML standard reads an event stream. */
export class EventParser {
  #rest = "";
  #event = "message";
  #data = [];

  push(chunk) {
    const found = [];
    // A lone CR at the end may be half of a CRLF: it waits for the next chunk.
    const lines = (this.#rest + chunk).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) {
      if (line === "") {
        if (this.#data.length) found.push({ event: this.#event, data: this.#data.join("\n") });
        this.#event = "message";
        this.#data = [];
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") this.#event = value;
      else if (field === "data") this.#data.push(value);
    }
    return found;
  }
}

function authorization(token) {
  return token ? { Authorization: `Bearer ${token}` } : {};
}

async function readJson(response) {
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  throw new ApiError(response.status, body, Number(response.headers.get("Retry-After")) || 0);
}
