import { isDeepStrictEqual } from "node:util";
import { bytePath } from "@fresco/pipeline";
import { encodeFields, explain, keyOf, redact, type KeyFields } from "@fresco/cache-keys";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arbitraryFields } from "./arbitrary-fields.ts";
import { fields } from "./examples.ts";

/** A change of everything that a field holds; a new field does not compile without its own. */
const changes: { readonly [Field in keyof KeyFields]: readonly KeyFields[Field][] } = {
  sandbox: [
    { ...fields.sandbox, kind: "host" },
    { ...fields.sandbox, capabilities: [] },
    { ...fields.sandbox, workspace: "/other" },
  ],
  base: ["other"],
  layers: [
    { ...fields.layers, system: ["22", "11"] },
    { ...fields.layers, system: ["11"] },
    { ...fields.layers, workspace: ["33", "44"] },
    { system: ["11"], workspace: ["22", "33"] },
  ],
  command: ["npm  ci"],
  shell: [["/bin/sh"], ["/bin/sh -e"]],
  cwd: ["./"],
  env: [{ CI: "true" }, { CI: "", EMPTY: "true" }, { ...fields.env, MORE: "" }],
  secrets: [{}, { NPM_TOKEN: "other" }, { OTHER: "npm" }],
  outputs: [null, [], ["dist"]],
  options: [
    { ...fields.options, user: "" },
    { ...fields.options, network: null },
    { ...fields.options, mounts: [] },
    { ...fields.options, resources: { cpus: null, memory: 2 } },
    { ...fields.options, resources: { cpus: 2, memory: 1 } },
  ],
  values: [[], ['{"node":22}']],
  inherited: [{}, { HTTPS_PROXY: "http://proxy:3129" }],
  view: [
    [],
    fields.view.slice(1),
    fields.view.map((entry) => ({ ...entry, mode: "100755" })),
    fields.view.map((entry) => ({ ...entry, object: "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" })),
    fields.view.map((entry) => ({ ...entry, path: bytePath(`dir/${entry.path}`) })),
  ],
};

describe("A key covers everything that a step sees", () => {
  it.each(Object.entries(changes))("changing %s changes the key, and the explanation names it", (field, values) => {
    for (const value of values) {
      const changed = { ...fields, [field]: value };
      expect(keyOf(changed)).not.toBe(keyOf(fields));
      expect(explain(fields, changed).map((difference) => difference.field)).toContain(field);
    }
  });

  it("different fields have different texts, equal ones the same, and only different ones are explained", () => {
    fc.assert(
      fc.property(
        arbitraryFields,
        fc.oneof(arbitraryFields, fc.constant(undefined)),
        fc.constantFrom(...fieldNames()),
        (first, other, field) => {
          const second = { ...first, ...(other === undefined ? {} : { [field]: other[field] }) };
          const equal = isDeepStrictEqual(sorted(first), sorted(second));
          expect(encodeFields(first) === encodeFields(second)).toBe(equal);
          expect(keyOf(first) === keyOf(second)).toBe(equal);
          expect(explain(first, second).length === 0).toBe(equal);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("the order in which variables were set does not count", () => {
    expect(keyOf({ ...fields, env: { EMPTY: "", CI: "true" } })).toBe(keyOf(fields));
  });

  it("an unset variable differs from an empty one", () => {
    expect(keyOf({ ...fields, env: { CI: "true" } })).not.toBe(keyOf(fields));
  });

  it("a view out of order is refused", () => {
    expect(() => keyOf({ ...fields, view: fields.view.toReversed() })).toThrow("sorted by path");
  });

  it("redacted fields hold no value of a variable, and stay comparable", () => {
    const seal = (value: string) => `sealed ${value.length}`;
    const sealed = redact(fields, seal);
    expect(sealed.env).toEqual({ CI: "sealed 4", EMPTY: "sealed 0" });
    expect(sealed.inherited).toEqual({ HTTPS_PROXY: "sealed 17" });
    expect(explain(sealed, redact({ ...fields, env: { CI: "1", EMPTY: "" } }, seal))).toEqual([
      { field: "env", name: "CI", before: "sealed 4", after: "sealed 1" },
    ]);
  });
});

function fieldNames(): (keyof KeyFields)[] {
  return ["sandbox", "base", "layers", "command", "shell", "cwd", "env", "secrets", "outputs", "options", "values", "inherited", "view"];
}

/** Deep equality must not depend on prototypes or on the order of insertion. */
function sorted(value: KeyFields): unknown {
  const plain = (record: Readonly<Record<string, string>>) => Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...value, env: plain(value.env), secrets: plain(value.secrets), inherited: plain(value.inherited) };
}
