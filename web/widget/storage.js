/** localStorage that never throws: where it is forbidden or full, the page remembers in memory only. */

export class Storage {
  #prefix;
  #memory = new Map();

  constructor(base) {
    this.#prefix = `roamdesk|${base}|`;
  }

  key(name) {
    return this.#prefix + name;
  }

  get(name, otherwise = null) {
    try {
      const stored = localStorage.getItem(this.key(name));
      if (stored !== null) return JSON.parse(stored);
    } catch {
      // Forbidden, or written by something else: what memory holds is all we have.
    }
    return this.#memory.has(name) ? this.#memory.get(name) : otherwise;
  }

  set(name, value) {
    this.#memory.set(name, value);
    try {
      localStorage.setItem(this.key(name), JSON.stringify(value));
    } catch {
      // Full or forbidden: the value lives as long as the page.
    }
  }

  remove(name) {
    this.#memory.delete(name);
    try {
      localStorage.removeItem(this.key(name));
    } catch {
      // Nothing was stored, then.
    }
  }
}
