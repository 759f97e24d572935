import fc from "fast-check";
import { expect, it } from "vitest";
import { prefixLines } from "../src/output/prefix-lines.ts";

it("puts the prefix before every line and a line end after it, however long the lines are", () => {
  const line = fc
    .oneof(fc.string({ maxLength: 3 }), fc.string({ minLength: 100, maxLength: 300 }))
    .map((text) => text.replaceAll("\n", ""));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1 }), fc.boolean(), (lines, ended) => {
      const bytes = Buffer.from(lines.join("\n") + (ended ? "\n" : "x\n".slice(0, 1)));
      const expected = Buffer.from(bytes)
        .toString()
        .replace(/\n$/, "")
        .split("\n")
        .map((text) => `id | ${text}\n`);
      expect(Buffer.from(prefixLines(bytes, Buffer.from("id | "))).toString()).toBe(expected.join(""));
    }),
  );
});
