import { describe, it } from "vitest";
import { freezingCases } from "./freezing-cases.ts";
import { materialisingCases } from "./materialising-cases.ts";
import type { SourceSubject } from "./subject.ts";
import { viewCases } from "./view-cases.ts";

const cases = { ...freezingCases, ...viewCases, ...materialisingCases };

/** Registers the suite that every implementation of `Source` passes. `unsupported`: title to reason. */
export function sourceContract(options: {
  readonly name: string;
  /** A fresh, empty project for each case. */
  readonly open: () => Promise<SourceSubject & AsyncDisposable>;
  readonly unsupported?: Partial<Record<keyof typeof cases, string>>;
}): void {
  const unsupported: Partial<Record<string, string>> = options.unsupported ?? {};
  describe(`Source contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(title, async (t) => {
        const reason = unsupported[title];
        t.skip(reason !== undefined, reason);
        await using subject = await options.open();
        await run(subject);
      });
    }
  });
}
