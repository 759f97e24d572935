import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration } from "../src/index.ts";

describe("durations", () => {
  it("reads numbers with units from large to small, and milliseconds", () => {
    expect(["90s", "1h30m", "7d", "2w", "1500ms", "1m500ms", 250, "0s"].map(parseDuration)).toEqual([
      90_000, 5_400_000, 604_800_000, 1_209_600_000, 1_500, 60_500, 250, 0,
    ]);
  });

  it("refuses everything else", () => {
    for (const text of ["", "90", "1.5h", "-1s", "1h 30m", "30m1h", "1S", "s", "1h1h", " 1s", "99999999999999999w"])
      expect(parseDuration(text), text).toBeUndefined();
    for (const number of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) expect(parseDuration(number)).toBeUndefined();
  });

  it("writes what it reads back", () => {
    expect([0, 1, 1_500, 5_400_000, 86_400_000, 12.4].map(formatDuration)).toEqual(["0s", "1ms", "1s500ms", "1h30m", "1d", "12ms"]);
    fc.assert(fc.property(fc.nat(), (milliseconds) => parseDuration(formatDuration(milliseconds)) === milliseconds));
  });
});
