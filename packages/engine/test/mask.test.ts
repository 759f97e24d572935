import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createMask } from "../src/mask.ts";

/** What is shown of a text that arrives in these chunks. */
function shown(secrets: readonly string[], chunks: readonly Uint8Array[]): string {
  const mask = createMask(secrets);
  if (mask === undefined) return Buffer.concat(chunks).toString("latin1");
  return Buffer.concat([...chunks.map((chunk) => mask.write(chunk)), mask.end()]).toString("latin1");
}

function cut(text: string, places: readonly number[]): Uint8Array[] {
  const bytes = Buffer.from(text, "latin1");
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const letters = (size: { minLength: number; maxLength: number }) => fc.string({ unit: fc.constantFrom("a", "b", "\n", "é"), ...size });

describe("A mask", () => {
  it("hides a secret wherever the chunks are cut", () => {
    for (let place = 0; place <= 17; place++) expect(shown(["hunter2"], cut("key=hunter2; done", [place]))).toBe("key=***; done");
  });

  it("hides the longest secret that stands somewhere", () => {
    expect(shown(["secret", "secret-key"], cut("secret secret-key secret-", [9]))).toBe("*** *** ***-");
  });

  it("hides every line of a secret of several lines", () => {
    expect(shown(["first\n  second\n"], cut("got second and first", []))).toBe("got *** and ***");
  });

  it("leaves alone what is too short to hide", () => {
    expect(createMask(["", "a", "ab"])).toBeUndefined();
  });

  it("holds nothing back that cannot become a secret", () => {
    const mask = createMask(["hunter2"]);
    expect(Buffer.from(mask?.write(Buffer.from("line\n")) ?? []).toString()).toBe("line\n");
    expect(Buffer.from(mask?.write(Buffer.from("hun")) ?? []).toString()).toBe("");
    expect(Buffer.from(mask?.write(Buffer.from("gry")) ?? []).toString()).toBe("hungry");
  });

  it("shows the same however the output is cut, no secret in it, and everything else as it was", () => {
    const secret = letters({ minLength: 3, maxLength: 5 }).map((text) => Buffer.from(text).toString("latin1"));
    fc.assert(
      fc.property(
        fc.array(secret, { maxLength: 3 }),
        letters({ minLength: 0, maxLength: 40 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (hidden, around, places) => {
          const secrets = hidden.map((text) => Buffer.from(text, "latin1").toString("utf8"));
          const text = Buffer.from(hidden.join(around) + around).toString("latin1");
          const whole = shown(secrets, [Buffer.from(text, "latin1")]);
          expect(shown(secrets, cut(text, places))).toBe(whole);
          const needles = secrets
            .flatMap((value) => [value, ...value.split("\n")])
            .map((value) => Buffer.from(value.trim()).toString("latin1"));
          for (const needle of needles) if (needle.length >= 3) expect(whole).not.toContain(needle);
          if (needles.every((needle) => !text.includes(needle))) expect(whole).toBe(text);
        },
      ),
    );
  });
});
