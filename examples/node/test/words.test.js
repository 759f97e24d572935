import assert from "node:assert/strict";
import test from "node:test";
import { countWords } from "../src/words.js";

test("counts words, the most frequent first", () => {
  assert.deepEqual(countWords("Fresh plaster, fresh paint"), [
    ["fresh", 2],
    ["paint", 1],
    ["plaster", 1],
  ]);
});
