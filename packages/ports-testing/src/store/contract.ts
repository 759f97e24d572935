import { describe, expect, it } from "vitest";
import { directoryCases } from "./directory-cases.ts";
import { entryCases } from "./entry-cases.ts";
import { ownerCases } from "./owner-cases.ts";
import { runCases } from "./run-cases.ts";
import type { StoreSubject } from "./subject.ts";

const cases = {
  ...ownerCases,
  ...runCases,
  ...entryCases,
  ...directoryCases,

  "a loaded pipeline is kept under its key": async ({ store }: StoreSubject) => {
    expect(await store.pipelines.get("k")).toBeUndefined();
    await store.pipelines.put("k", "first");
    await store.pipelines.put("k", "second");
    expect(await store.pipelines.get("k")).toBe("second");
  },

  "sealing is the same for the same value, and does not tell it": async ({ store }: StoreSubject) => {
    expect(store.seal("secret")).toMatch(/^[0-9a-f]{64}$/);
    expect(store.seal("secret")).toBe(store.seal("secret"));
    expect(store.seal("secret")).not.toBe(store.seal("secreu"));
  },
};

/** What every implementation of `Store` keeps. Registered in a test file: `storeContract({ name, open })`. The clock must never stand still. */
export function storeContract(options: {
  readonly name: string;
  /** A fresh store for each case. */
  readonly open: () => Promise<StoreSubject>;
  /** Title → reason. */
  readonly unsupported?: Partial<Record<keyof typeof cases, string>>;
}): void {
  const unsupported: Readonly<Record<string, string | undefined>> = options.unsupported ?? {};
  describe(`Store contract: ${options.name}`, () => {
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
