export type Report = "started" | "missing";

/** Takes the script's own line off the beginning of a step's standard error, and lets the rest pass. */
export class ReportLine {
  readonly #word: string;
  readonly #onReport: (report: Report) => void;
  #held = "";
  #over = false;

  constructor(word: string, onReport: (report: Report) => void) {
    this.#word = word;
    this.#onReport = onReport;
  }

  /** What of a chunk is the step's own; `undefined`: nothing. */
  take(chunk: Uint8Array): Uint8Array | undefined {
    if (this.#over) return chunk;
    const text = this.#held + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString("latin1");
    const end = text.indexOf("\n");
    if (end < 0 && this.#mayBecome(text)) {
      this.#held = text;
      return undefined;
    }
    this.#over = true;
    const line = text.slice(0, end);
    if (line !== `${this.#word} started` && line !== `${this.#word} missing`) return Buffer.from(text, "latin1");
    this.#onReport(line.endsWith(" started") ? "started" : "missing");
    return end + 1 === text.length ? undefined : Buffer.from(text.slice(end + 1), "latin1");
  }

  /** What was held back when the stream ended. */
  end(): Uint8Array | undefined {
    const rest = this.#over || this.#held === "" ? undefined : Buffer.from(this.#held, "latin1");
    this.#over = true;
    return rest;
  }

  #mayBecome(text: string): boolean {
    return [`${this.#word} started\n`, `${this.#word} missing\n`].some((line) => line.startsWith(text));
  }
}
