/** One conversation kept alive: create or resume, catch up, listen, send in order, and come back after any loss.
 *  It knows no DOM; it tells its owner what happened through `notify(event, detail)`:
 *  link, pending, messages, state, queued, acknowledged, delayed, refused, expired, adopted, joined, notJoined,
 *  offlineLong, back. */

import { Readiness } from "./readiness.js";
import { ApiError, NetworkError } from "./transport.js";

const BACKOFF_MS = [500, 1000, 2000, 4000, 8000, 15_000, 30_000];
const OFFLINE_NOTE_MS = 5 * 60_000;
// When the stream is held up by a proxy, an answer is fetched this long after its question.
const CATCH_UP_MS = [3000, 8000];
// So long a link waits for what is unsent.
const UNSENT_FIRST_MS = 5000;
// A stream that lived this long was a working one: the next attempt starts without delay.
const HEALTHY_STREAM_MS = 5000;

export class Conversation {
  #transport;
  #storage;
  #outbox;
  #notify;
  #session = null;
  #joinLink = null;
  #lastSeq = 0;
  #seen = new Set();
  #running = false;
  #flushing = null;
  #readiness;
  #stream = null;
  #sleepers = new Set();
  #offlineTimer = null;
  #longOffline = false;
  #online = false;

  constructor({ transport, storage, outbox, notify }) {
    this.#transport = transport;
    this.#storage = storage;
    this.#outbox = outbox;
    this.#notify = notify;
    this.#readiness = new Readiness({
      transport,
      running: () => this.#running,
      tell: (pending) => notify("pending", pending),
    });
    this.#session = storage.get("session");
  }

  get id() {
    return this.#session?.id ?? null;
  }

  get lastSeq() {
    return this.#lastSeq;
  }

  start() {
    if (this.#running) return;
    this.#running = true;
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#lineLost);
    addEventListener("storage", this.#otherTab);
    this.#run();
    this.#readiness.watch();
  }

  stop() {
    this.#running = false;
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#lineLost);
    removeEventListener("storage", this.#otherTab);
    clearTimeout(this.#offlineTimer);
    this.#stream?.abort();
    this.#wake();
  }

  /** Queues {text} or {choice, label}; it is kept until the server acknowledges it. */
  send(content) {
    const entry = this.#outbox.add(content, this.#lastSeq);
    this.#notify("queued", entry);
    this.start();
    this.#wake();
    this.#flush();
  }

  /** The customer asks for a new conversation: the old one stays on the server. */
  restart() {
    this.#outbox.moveToNewConversation();
    this.#leave();
    this.#notify("adopted");
    this.start();
  }

  /** Opens the conversation of a link from another channel as soon as the server can be asked. */
  join(link) {
    this.#joinLink = link;
    this.start();
    this.#stream?.abort();
    this.#wake();
  }

  /** The conversation that was here before the one of a link. */
  get earlier() {
    const known = this.#storage.get("earlier");
    return known?.id === this.#session?.id ? null : known;
  }

  /** Shows another conversation of this customer; the one that is left can be gone back to. */
  goTo(session) {
    if (session.id === this.#session?.id) return;
    this.#outbox.moveToNewConversation();
    if (this.#session) this.#storage.set("earlier", this.#session);
    this.#storage.set("session", session);
    this.#take(session);
  }

  /** A code to be sent in WeChat, which carries this conversation there. */
  code() {
    return this.#transport.call("POST", `${this.#path()}/code`, { token: this.#session.token });
  }

  picture(id, size) {
    const path = `${this.#path()}/attachments/${encodeURIComponent(id)}?size=${size}`;
    return this.#transport.file(path, { token: this.#session.token });
  }

  /** Tells whoever watches that the customer is typing; nobody misses it if it fails. */
  typing() {
    if (!this.#session || !this.#online) return;
    this.#transport.call("POST", `${this.#path()}/typing`, { token: this.#session.token }).catch(() => {});
  }

  ticket() {
    return this.#transport.call("GET", `${this.#path()}/ticket`, { token: this.#session.token });
  }

  rate(score, comment) {
    const body = comment ? { score, comment } : { score };
    return this.#transport.call("POST", `${this.#path()}/rating`, { token: this.#session.token, body });
  }

  #path() {
    return `/v1/conversations/${encodeURIComponent(this.#session.id)}`;
  }

  async #run() {
    let failures = 0;
    while (this.#running) {
      let opened = Infinity;
      try {
        if (this.#joinLink) {
          await this.#join();
          continue;
        }
        if (!this.#session) await this.#create();
        else await this.#catchUp();
        this.#lineBack();
        if (this.#joinLink) continue; // it came in the meantime
        this.#flush();
        opened = Date.now();
        if (await this.#listen()) continue;
        if (Date.now() - opened > HEALTHY_STREAM_MS) failures = 0;
        await this.#sleep(BACKOFF_MS[Math.min(failures++, BACKOFF_MS.length - 1)]);
      } catch (error) {
        if (!this.#running) return;
        if (Date.now() - opened > HEALTHY_STREAM_MS) failures = 0;
        await this.#recover(error, failures++);
      }
    }
  }

  async #recover(error, failures) {
    const backoff = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)];
    if (!(error instanceof ApiError)) {
      this.#lineLost();
      return this.#sleep(backoff);
    }
    if (this.#session && isForeign(error)) {
      this.#expire();
      // A server that refuses even fresh sessions must not be asked in a tight loop.
      return failures ? this.#sleep(backoff) : undefined;
    }
    this.#troubled(error);
    if (error.status === 429) return this.#sleep(retryAfterMs(error, backoff), { firm: true });
    return this.#sleep(backoff);
  }

  async #join() {
    // What was written here belongs here; where it can't be sent now, it goes along.
    if (this.#session) await Promise.race([this.#flush(), this.#sleep(UNSENT_FIRST_MS, { firm: true })]);
    const link = this.#joinLink;
    try {
      const { id, token, messages } = await this.#transport.call("POST", "/v1/conversations/join", { body: { link } });
      this.#joinLink = null;
      const fresh = id !== this.#session?.id;
      this.goTo({ id, token });
      this.#receive(messages, true);
      this.#notify("joined", { fresh });
    } catch (error) {
      // A server in trouble is asked again; one that says no will say so again.
      if (!(error instanceof ApiError) || error.status >= 500 || error.status === 429) throw error;
      this.#joinLink = null;
      this.#notify("notJoined", error);
    }
  }

  #create() {
    // Two tabs opened at once must share one conversation.
    return exclusively(this.#storage.key("create"), async () => {
      const theirs = this.#storage.get("session");
      if (theirs) {
        this.#session = theirs;
        return this.#catchUp();
      }
      const made = await this.#transport.call("POST", "/v1/conversations", { body: { channel: "web" } });
      this.#session = { id: made.id, token: made.token };
      this.#storage.set("session", this.#session);
      return this.#receive(made.messages ?? []);
    });
  }

  async #catchUp(after = this.#lastSeq) {
    const path = `${this.#path()}/messages?after=${after}`;
    const answer = await this.#transport.call("GET", path, { token: this.#session.token });
    this.#lineBack(); // before what arrives takes from the outbox what was written offline
    this.#receive(Array.isArray(answer) ? answer : (answer.messages ?? []), after === 0);
  }

  /** Returns true when we ended it ourselves, to change the session. */
  async #listen() {
    const stream = (this.#stream = new AbortController());
    const options = { token: this.#session.token, lastEventId: this.#lastSeq, signal: stream.signal };
    try {
      for await (const { event, data } of this.#transport.events(`${this.#path()}/stream`, options)) {
        if (stream.signal.aborted) return true;
        if (event === "message") this.#receive([JSON.parse(data)]);
        else if (event === "state") this.#notify("state", JSON.parse(data));
      }
    } catch (error) {
      if (!stream.signal.aborted) throw error;
    }
    return stream.signal.aborted;
  }

  #receive(messages, history = false) {
    const fresh = messages.filter((message) => !this.#seen.has(message.id));
    for (const message of fresh) {
      this.#seen.add(message.id);
      this.#lastSeq = Math.max(this.#lastSeq, message.seq);
      if (message.client_id) this.#outbox.remove(message.client_id);
    }
    if (fresh.length) this.#notify("messages", { messages: fresh, history });
    // A failed turn shows as a system message: perhaps a part is down.
    if (!history && fresh.some((message) => message.sender === "system")) this.#readiness.watch();
  }

  /** Resolves when nothing is unsent any more, also for who asks while it goes on. */
  #flush() {
    if (!this.#flushing && this.#running && this.#session) {
      this.#flushing = this.#sendAll().finally(() => (this.#flushing = null));
    }
    return this.#flushing;
  }

  async #sendAll() {
    let failures = 0;
    for (let entry; this.#running && this.#session && (entry = this.#outbox.head()); ) {
      const session = this.#session;
      try {
        const body = { client_id: entry.client_id };
        if (entry.choice) body.choice = entry.choice;
        else body.text = entry.text;
        const path = `${this.#path()}/messages`;
        const { message } = await this.#transport.call("POST", path, { token: session.token, body });
        failures = 0;
        if (session !== this.#session) continue;
        this.#lineBack();
        this.#outbox.remove(entry.client_id);
        this.#notify("acknowledged", { entry, message });
        this.#receive([message]);
        this.#expectAnswer(message.seq);
      } catch (error) {
        if (!this.#running || session !== this.#session) continue;
        await this.#recoverSend(error, entry, failures++);
      }
    }
  }

  async #recoverSend(error, entry, failures) {
    const backoff = BACKOFF_MS[Math.min(failures, BACKOFF_MS.length - 1)];
    if (error instanceof NetworkError) {
      this.#lineLost();
      return this.#sleep(backoff);
    }
    if (isForeign(error)) return this.#expire();
    if (error.status === 429) {
      this.#notify("delayed", { entry, error });
      return this.#sleep(retryAfterMs(error, backoff), { firm: true });
    }
    if (error.status >= 500 || error.status === 408) {
      this.#troubled(error);
      this.#notify("delayed", { entry, error });
      return this.#sleep(backoff);
    }
    this.#outbox.remove(entry.client_id);
    this.#notify("refused", { entry, error });
    return undefined;
  }

  #expectAnswer(seq) {
    for (const delay of CATCH_UP_MS) {
      setTimeout(() => {
        if (this.#running && this.#session && this.#lastSeq <= seq) this.#catchUp().catch(() => {});
      }, delay);
    }
  }

  /** The server no longer knows this conversation: go on in a new one, and say so. */
  #expire() {
    const unsent = this.#outbox.moveToNewConversation();
    this.#leave();
    this.#notify("expired", unsent);
    this.#wake();
  }

  #leave() {
    this.#session = null;
    this.#lastSeq = 0;
    this.#seen.clear();
    this.#storage.remove("session");
    this.#stream?.abort();
    this.#wake();
  }

  #lineBack() {
    clearTimeout(this.#offlineTimer);
    this.#offlineTimer = null;
    if (this.#longOffline) this.#notify("back", this.#outbox.entries().length);
    this.#longOffline = false;
    if (!this.#online) this.#notify("link", { state: "online" });
    this.#online = true;
  }

  #lineLost = () => {
    this.#online = false;
    this.#notify("link", { state: navigator.onLine ? "unreachable" : "offline" });
    this.#offlineTimer ??= setTimeout(() => {
      this.#longOffline = true;
      this.#notify("offlineLong");
    }, OFFLINE_NOTE_MS);
  };

  #troubled(error) {
    this.#online = false;
    this.#notify("link", { state: "troubled", message: error.message });
    this.#readiness.watch();
  }

  #otherTab = (event) => {
    if (event.key === this.#storage.key("outbox")) this.#flush();
    if (event.key !== this.#storage.key("session") || !event.newValue) return;
    const theirs = JSON.parse(event.newValue);
    if (theirs.id !== this.#session?.id) this.#take(theirs);
  };

  #take(session) {
    this.#stream?.abort();
    this.#session = session;
    this.#lastSeq = 0;
    this.#seen.clear();
    this.#notify("adopted");
    this.#wake();
  }

  #sleep(ms, { firm = false } = {}) {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#sleepers.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      // What the server asked us to wait is waited whole.
      if (!firm) this.#sleepers.add(done);
    });
  }

  #wake = () => {
    for (const done of [...this.#sleepers]) done();
  };
}

function isForeign(error) {
  return [401, 403, 404].includes(error.status);
}

function retryAfterMs(error, otherwise) {
  return error.retryAfterSeconds ? error.retryAfterSeconds * 1000 : otherwise;
}

function exclusively(name, work) {
  return navigator.locks ? navigator.locks.request(name, work) : work();
}
