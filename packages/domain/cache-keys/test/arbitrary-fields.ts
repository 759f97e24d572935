import { bytePath } from "@fresco/pipeline";
import type { KeyFields, ViewEntry } from "@fresco/cache-keys";
import fc from "fast-check";

/** Few and short strings, so that equal and nearly equal fields turn up often; lone surrogates and digits among them. */
const word = fc.oneof(
  fc.constantFrom("", "a", "b", "1:a", "0:", "2[", "\ud800", "\ud801", "\ufffd", "ä", "\n"),
  fc.string({ maxLength: 3 }),
);
const words = fc.array(word, { maxLength: 3 });
const variables = fc.dictionary(word, word, { maxKeys: 3 });
const limit = fc.option(fc.constantFrom(0.5, 1, 2), { nil: null });

const viewEntry: fc.Arbitrary<ViewEntry> = fc.record({
  path: fc.string({ minLength: 1, maxLength: 3 }).map(bytePath),
  mode: fc.constantFrom("100644", "100755", "120000"),
  object: word,
});

export const arbitraryFields: fc.Arbitrary<KeyFields> = fc.record({
  sandbox: fc.record({ kind: word, capabilities: words, workspace: word }),
  base: word,
  layers: fc.record({ system: words, workspace: words }),
  command: word,
  shell: words,
  cwd: word,
  env: variables,
  secrets: variables,
  outputs: fc.option(words, { nil: null }),
  options: fc.record({
    user: fc.option(word, { nil: null }),
    network: fc.option(word, { nil: null }),
    mounts: words,
    resources: fc.record({ cpus: limit, memory: limit }),
  }),
  values: words,
  inherited: variables,
  view: fc
    .uniqueArray(viewEntry, { maxLength: 4, selector: ({ path }) => path })
    .map((entries) => entries.sort((a, b) => (a.path < b.path ? -1 : 1))),
});
