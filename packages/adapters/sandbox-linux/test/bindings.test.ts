import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { bindings } from "../src/bindings.ts";
import type { HostLayout } from "../src/host-layout.ts";

let directory: string;

beforeEach(() => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), "fresco-bindings-")));
});
afterEach(() => rmSync(directory, { recursive: true }));

/** A machine that shows only this folder to steps. */
function layoutOf(shown: string): Pick<HostLayout, "directories"> {
  return { directories: [shown.slice(1)] };
}

function made(...names: readonly string[]): readonly string[] {
  return names.map((name) => {
    mkdirSync(join(directory, name), { recursive: true });
    return join(directory, name);
  });
}

describe("bindings", () => {
  it("find commands by name where the user does: in toolchains and in what is shown anyway, in the order of PATH", () => {
    const [go = "", cargo = "", node = ""] = made("opt/go/bin", "home/.cargo/bin", "opt/node/bin");
    const bound = bindings({ HOME: join(directory, "home"), PATH: [go, cargo, node, go].join(":") }, [], layoutOf(join(directory, "opt")));
    expect(bound.bins).toEqual([go, cargo, node]);
    expect(bound.paths).toEqual([cargo]);
  });

  it("leave out what is not shown, what every step looks in, and what a package manager added for its script", () => {
    const [hidden = "", added = ""] = made("work/bin", "opt/lib/node_modules/npm/bin");
    const bound = bindings(
      { HOME: join(directory, "home"), PATH: [hidden, added, "/usr/bin"].join(":") },
      [],
      layoutOf(join(directory, "opt")),
    );
    expect(bound).toMatchObject({ bins: [], paths: [] });
  });
});
