import { readFile } from "node:fs/promises";
import { encodeFields, encodeManifest, type KeyFields, keyOf, type LayerEntry, layerDigest } from "@fresco/cache-keys";
import { describe, expect, it } from "vitest";
import { emptyFields, entries, fields } from "./examples.ts";

const keys: Readonly<Record<string, KeyFields>> = {
  "every field filled": fields,
  "nothing filled": emptyFields,
  "a lone surrogate": { ...emptyFields, command: "printf '\ud800'" },
};

const layers: Readonly<Record<string, readonly LayerEntry[]>> = { "every kind of entry": entries, "no entries": [] };

/** Where one of these fails, every cache in the world is lost: keep the encoding, or give it a new version and new vectors. */
describe("What is on disks already keeps its name", () => {
  it("keys and the text under them are the recorded ones", async () => {
    const made = Object.entries(keys).map(([title, some]) => ({ title, document: encodeFields(some), key: keyOf(some) }));
    expect(made).toEqual(await recorded("keys"));
  });

  it("manifests and digests of layers are the recorded ones", async () => {
    const made = Object.entries(layers).map(([title, some]) => ({
      title,
      manifest: encodeManifest(some).toString("base64"),
      digest: layerDigest(some),
    }));
    expect(made).toEqual(await recorded("layers"));
  });
});

async function recorded(name: string): Promise<unknown> {
  return JSON.parse(await readFile(new URL(`./golden/${name}.json`, import.meta.url), "utf8"));
}
