import { randomInt } from "node:crypto";
import type { Database } from "./database.ts";
import { metaQueries } from "./meta-queries.ts";

/** Crockford's base 32: no letters that look like digits, and sorted as text it is sorted as numbers. */
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
/** 2025-01-01T00:00:00Z. Nine digits last until the year 3140. */
const EPOCH = 1_735_689_600_000;

/** Four random digits behind nine of time: sorted as text, newer ids come later. The caller makes sure that it is not taken. */
export function newRunId(now: number): string {
  return base32(Math.max(0, now - EPOCH), 9) + base32(randomInt(ALPHABET.length ** 4), 4);
}

/** Short ids for owners and directories that this store never gives twice. */
export class ShortIds {
  readonly #queries: ReturnType<typeof metaQueries>;

  constructor(database: Database) {
    this.#queries = metaQueries(database);
  }

  /** Inside a durable transaction: what was given out must not be given again after a power cut. */
  take(count: number): string[] {
    const last = Number(this.#queries.takeIds.first({ count })?.value);
    // Two random digits keep a new database apart from what an older, lost one left in the same directory.
    return Array.from(
      { length: count },
      (_, index) => (last - count + index + 1).toString(36) + base32(randomInt(ALPHABET.length ** 2), 2),
    );
  }
}

function base32(value: number, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest = Math.floor(rest / ALPHABET.length))
    text = ALPHABET.charAt(rest % ALPHABET.length) + text;
  return text;
}
