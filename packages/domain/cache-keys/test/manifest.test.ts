import { bytePath, bytePathFrom } from "@fresco/pipeline";
import { DamagedManifest, decodeManifest, encodeManifest, layerDigest, manifestDigest, type LayerEntry } from "@fresco/cache-keys";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entries } from "./examples.ts";

const [directory, file] = entries;
if (directory?.type !== "directory" || file?.type !== "file") throw new Error("the examples begin with a directory and a file");

const name = fc
  .uint8Array({ minLength: 1, maxLength: 4 })
  .filter((bytes) => !bytes.includes(0) && !bytes.includes(0x2f) && !bytes.every((byte) => byte === 0x2e))
  .map(bytePathFrom);
const owner = { mode: fc.integer({ min: 0, max: 0o7777 }), uid: fc.nat(), gid: fc.nat() };
const latin1 = fc.uint8Array({ maxLength: 4 }).map(bytePathFrom);
const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes).toString("hex"));
const anyEntry: fc.Arbitrary<LayerEntry> = fc.oneof(
  fc.record({ type: fc.constant("file" as const), path: name, ...owner, size: fc.maxSafeNat(), content: hex }),
  fc.record({
    type: fc.constant("directory" as const),
    path: name,
    ...owner,
    xattrs: fc.dictionary(latin1.map(String), latin1.map(String), { minKeys: 1, maxKeys: 2, noNullPrototype: true }),
  }),
  fc.record({ type: fc.constant("symlink" as const), path: name, ...owner, target: latin1 }),
  fc.record({ type: fc.constant("fifo" as const), path: name, ...owner }),
  fc.record({
    type: fc.constant("device" as const),
    path: name,
    ...owner,
    device: fc.constantFrom("block", "character"),
    major: fc.nat(),
    minor: fc.nat(),
  }),
  fc.record({ type: fc.constant("deleted" as const), path: name, directory: fc.boolean() }),
);
const anyLayer = fc
  .uniqueArray(anyEntry, { maxLength: 6, selector: ({ path }) => path })
  .map((some) => some.sort((a, b) => (a.path < b.path ? -1 : 1)));

describe("A layer's manifest", () => {
  it("gives back every entry, and carries the layer's digest", () => {
    fc.assert(
      fc.property(anyLayer, (layer) => {
        const bytes = encodeManifest(layer);
        expect(decodeManifest(bytes)).toEqual(layer);
        expect(manifestDigest(bytes)).toBe(layerDigest(layer));
      }),
    );
  });

  it("is refused when any byte is changed, missing or added", () => {
    const bytes = encodeManifest(entries);
    for (let at = 0; at < bytes.length; at += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(() => decodeManifest(flipped)).toThrow(DamagedManifest);
      expect(() => decodeManifest(bytes.subarray(0, at))).toThrow(DamagedManifest);
    }
    expect(() => decodeManifest(Buffer.concat([bytes, Buffer.from("\n")]))).toThrow(DamagedManifest);
  });

  it("tells different layers apart by digest", () => {
    fc.assert(
      fc.property(anyLayer, anyLayer, (first, second) => {
        fc.pre(JSON.stringify(first) !== JSON.stringify(second));
        expect(layerDigest(first)).not.toBe(layerDigest(second));
      }),
    );
    const { xattrs: _, ...plain } = { ...directory, xattrs: {} };
    const variants: LayerEntry[] = [
      file,
      { ...file, path: bytePath("z") },
      { ...file, mode: 0o600 },
      { ...file, uid: 1 },
      { ...file, gid: 1 },
      { ...file, size: 1 },
      { ...file, content: "00".repeat(32) },
      { ...file, xattrs: { "user.a": "1" } },
      plain,
      { path: file.path, type: "deleted", directory: false },
      { path: file.path, type: "deleted", directory: true },
    ];
    expect(new Set(variants.map((entry) => layerDigest([entry]))).size).toBe(variants.length);
  });

  it("distinguishes two equal files from two names of one", () => {
    const twin = { ...file, path: bytePath("twin") };
    expect(layerDigest([file, twin])).not.toBe(layerDigest([file, { ...twin, link: file.path }]));
  });

  it("takes a link to itself and empty attributes as absent", () => {
    expect(layerDigest([{ ...file, link: file.path, xattrs: {} }])).toBe(layerDigest([file]));
  });

  it.each<[string, readonly LayerEntry[]]>([
    [
      "entries out of order",
      [
        { ...file, path: bytePath("b") },
        { ...file, path: bytePath("a") },
      ],
    ],
    ["one path twice", [file, file]],
    ["a path that climbs out", [{ ...file, path: bytePath("a/../../b") }]],
    ["an absolute path", [{ ...file, path: bytePath("/etc/passwd") }]],
    ["an empty path", [{ ...directory, path: bytePath("") }]],
    ["a hard link to nothing", [{ ...file, link: bytePath("0") }]],
    ["a hard link to a later file", [file, { ...file, path: bytePath("b"), link: bytePath("c") }]],
    ["a content that is no digest", [{ ...file, content: "abc" }]],
    ["attributes that are no bytes", [{ ...file, xattrs: { a: "\u0100" } }]],
  ])("is not made from %s", (_, wrong) => {
    expect(() => encodeManifest(wrong)).toThrow("not a layer");
    expect(() => layerDigest(wrong)).toThrow("not a layer");
  });
});
