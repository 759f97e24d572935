import { FrescoError } from "@fresco/ports";
import { expect, it } from "vitest";
import { describeError, exitCodeOf } from "../src/failure.ts";

it("What broke first is told, also when giving things up failed because of it", () => {
  const full = new FrescoError("store.full", "The disk is full.", { hint: "Free some space." });
  const thrown = new SuppressedError(new Error("and so was this"), full);
  expect(exitCodeOf(thrown)).toBe(125);
  expect(describeError(thrown)).toBe("error[store.full]: The disk is full.\nhint: Free some space.");
});
