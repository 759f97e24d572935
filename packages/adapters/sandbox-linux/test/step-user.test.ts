import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { findUser } from "../src/step-user.ts";

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "fresco-user-"))));
afterEach(() => rmSync(directory, { recursive: true }));

function root(name: string, files: { readonly passwd?: string; readonly group?: string }): string {
  const path = join(directory, name);
  mkdirSync(join(path, "etc"), { recursive: true });
  for (const [table, text] of Object.entries(files)) writeFileSync(join(path, "etc", table), text);
  return path;
}

describe("findUser", () => {
  const base = (): string =>
    root("base", {
      passwd: "root:x:0:0::/root:/bin/sh\nnode:x:1000:1001::/home/node:/bin/sh\n",
      group: "root:x:0:\nnode:x:1001:\nwheel:x:10:root,node\naudio:x:29:node\n",
    });

  it("takes names and numbers, and a user's own groups unless one is named", () => {
    const node = { uid: 1000, gid: 1001, groups: [10, 29], home: "/home/node" };
    expect(findUser("node", [base()])).toEqual(node);
    expect(findUser("1000", [base()])).toEqual(node);
    expect(findUser("node:wheel", [base()])).toEqual({ ...node, gid: 10, groups: [] });
    expect(findUser("4711:4712", [base()])).toEqual({ uid: 4711, gid: 4712, groups: [], home: "/" });
    expect(findUser("4711", [base()])).toEqual({ uid: 4711, gid: 0, groups: [], home: "/" });
  });

  it("knows accounts that a step below added", () => {
    const layer = root("layer", { passwd: "made:x:77:78::/srv:/bin/sh\n" });
    expect(findUser("made", [layer, base()])).toEqual({ uid: 77, gid: 78, groups: [], home: "/srv" });
    expect(findUser("node", [layer, base()])).toBeUndefined();
  });

  it("finds nobody who is not there, and follows no symlink out of the system", () => {
    expect(findUser("nobody", [base()])).toBeUndefined();
    expect(findUser("node:nothing", [base()])).toBeUndefined();
    const linked = join(directory, "linked");
    mkdirSync(linked);
    symlinkSync(join(base(), "etc"), join(linked, "etc"));
    expect(findUser("node", [linked])).toBeUndefined();
  });
});
