import { appendFileSync, readFileSync, statSync } from "node:fs";

/** One fact of the journal. */
export interface FirstTime {
  readonly path: string;
  /** Blob id, hex. */
  readonly object: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** Of a longer journal only the newer half of this is read: what is older would merely get a newer time if it came back. */
const LIMIT = 16 * 1024 * 1024;
const RECORD = /^(\d{1,16}) ([0-9a-f]{40}) (.+)$/s;

/**
 * When which content was first frozen at which path: an append-only file, for what the base does not say (what is newer than it, and
 * what has left it). One write appends a batch, so that processes do not mix; the first record about a path and content counts.
 */
export class FirstTimes {
  readonly #file: string;
  #known: Map<string, number> | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  find(path: string, object: string): number | undefined {
    this.#known ??= this.#read();
    return this.#known.get(`${object} ${path}`);
  }

  add(facts: readonly FirstTime[]): void {
    const news = facts.filter(({ path, object }) => this.find(path, object) === undefined);
    if (news.length === 0) return;
    for (const { path, object, time } of news) this.#known?.set(`${object} ${path}`, time);
    // Begins with a NUL: a record that a crash cut short ends there.
    const text = news.map(({ path, object, time }) => `\0${time} ${object} ${path}`).join("");
    appendFileSync(this.#file, Buffer.from(`${text}\0`, "latin1"), { mode: 0o600 });
  }

  #read(): Map<string, number> {
    const known = new Map<string, number>();
    for (const record of this.#records()) {
      const [, time, object, path] = RECORD.exec(record) ?? [];
      const name = `${object} ${path}`;
      if (time !== undefined && !known.has(name)) known.set(name, Number(time));
    }
    return known;
  }

  #records(): string[] {
    const size = statSync(this.#file, { throwIfNoEntry: false })?.size ?? 0;
    if (size === 0) return [];
    const text = readFileSync(this.#file).toString("latin1", size > LIMIT ? size - LIMIT / 2 : 0);
    return text.split("\0");
  }
}
