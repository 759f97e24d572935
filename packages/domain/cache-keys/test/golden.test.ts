import { readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { decodeManifest, encodeFields, encodeManifest, keyOf, layerDigest, manifestDigest, type KeyFields, type LayerEntry } from "@fresco/cache-keys";

interface KeyVector {
  readonly title: string;
  readonly fields: KeyFields;
  readonly document: string;
  readonly key: string;
}

interface LayerVector {
  readonly title: string;
  readonly entries: readonly LayerEntry[];
  readonly manifest: string;
  readonly digest: string;
}

const keys = await golden<KeyVector>("keys");
const layers = await golden<LayerVector>("layers");

describe("Keys on disk stay what they are", () => {
  it.each(keys)("the key of fields with $title is the recorded one", ({ fields, document, key }) => {
    expect(encodeFields(fields)).toBe(document);
    expect(keyOf(fields)).toBe(key);
  });

  it.each(layers)("the manifest and digest of a layer with $title are the recorded ones", ({ entries, manifest, digest }) => {
    const bytes = Buffer.from(manifest, "base64");
    expect(encodeManifest(entries).toString("base64")).toBe(manifest);
    expect(layerDigest(entries)).toBe(digest);
    expect(manifestDigest(bytes)).toBe(digest);
    expect(decodeManifest(bytes)).toEqual(entries);
  });
});

async function golden<Vector>(name: string): Promise<Vector[]> {
  return JSON.parse(await readFile(new URL(`./golden/${name}.json`, import.meta.url), "utf8"));
}
