import type { RunEvent } from "@fresco/lifecycle";
import type { Writer } from "./writer.ts";

/** One event a line: `{"v":1,"seq":…,"ts":…,"type":…,"run":…, …}`, numbered without gaps. */
export class JsonOutput {
  readonly #out: Writer;
  #seq = 0;

  constructor(out: Writer) {
    this.#out = out;
  }

  on(event: RunEvent): Promise<void> | undefined {
    const { ts, type, run, ...rest } = event;
    return this.#out.write(`${JSON.stringify({ v: 1, seq: this.#seq++, ts, type, run, ...rest })}\n`);
  }

  end(): Promise<void> {
    return this.#out.flush();
  }
}
