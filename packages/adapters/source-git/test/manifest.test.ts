import { bytePathFrom } from "@fresco/pipeline";
import fc from "fast-check";
import { expect, it } from "vitest";
import { encodeManifest, Manifest, type TreeFile } from "../src/manifest.ts";

const path = fc.uint8Array({ minLength: 1, maxLength: 6 }).map((bytes) => bytePathFrom(bytes));

function manifestOf(paths: readonly ReturnType<typeof bytePathFrom>[]): Manifest {
  const files = paths.map((each): TreeFile => ({ path: each, mode: "100644", object: "0".repeat(40), time: 0 }));
  return new Manifest(encodeManifest("0".repeat(40), files, []));
}

it("finds every path, and for every other the place where it would be", () => {
  fc.assert(
    fc.property(fc.uniqueArray(path), path, (paths, other) => {
      const sorted = paths.toSorted((a, b) => (a < b ? -1 : 1));
      const { files } = manifestOf(sorted);
      for (const each of [...sorted, other]) {
        expect(files.lowerBound(each)).toBe(sorted.filter((below) => below < each).length);
        expect(files.find(each)).toBe(sorted.includes(each) ? sorted.indexOf(each) : undefined);
      }
    }),
  );
});
