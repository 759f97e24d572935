import { createHash } from "node:crypto";
import type { ViewMode } from "@fresco/cache-keys";

interface TreeFile {
  readonly mode: ViewMode;
  readonly object: string;
}

/** Path to mode and blob id. */
export type TreeFiles = ReadonlyMap<string, TreeFile>;

/** The id that git gives a file's content, hex. */
export function blobId(content: Uint8Array): string {
  return objectId("blob", content);
}

/** The id that git gives a tree with exactly these files, hex. */
export function treeId(files: TreeFiles): string {
  const children = new Map<string, { readonly mode: string; readonly object: string }>();
  const directories = new Map<string, Map<string, TreeFile>>();
  for (const [path, file] of files) {
    const slash = path.indexOf("/");
    if (slash < 0) children.set(path, file);
    else {
      const name = path.slice(0, slash);
      const inner = directories.get(name) ?? new Map<string, TreeFile>();
      directories.set(name, inner.set(path.slice(slash + 1), file));
    }
  }
  for (const [name, inner] of directories) children.set(name, { mode: "40000", object: treeId(inner) });
  // git sorts a directory as if its name ended in "/".
  const sorted = [...children].sort(([a, { mode: m }], [b, { mode: n }]) =>
    compare(m === "40000" ? `${a}/` : a, n === "40000" ? `${b}/` : b),
  );
  return objectId(
    "tree",
    Buffer.concat(sorted.flatMap(([name, { mode, object }]) => [Buffer.from(`${mode} ${name}\0`, "latin1"), Buffer.from(object, "hex")])),
  );
}

/** By code unit. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function objectId(type: string, content: Uint8Array): string {
  return createHash("sha1").update(`${type} ${content.length}\0`).update(content).digest("hex");
}
