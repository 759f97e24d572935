/** What is in a workspace: path to everything that a step can tell about it. Directories' descriptions begin with `d`. */
export type Listing = ReadonlyMap<string, string>;

/** What a step did, seen from the outside. */
export interface Difference {
  readonly gone: readonly string[];
  readonly written: readonly string[];
  readonly after: Listing;
}

export function difference(before: Listing, after: Listing): Difference {
  return {
    gone: [...before.keys()].filter((path) => !after.has(path)),
    written: [...after.keys()].filter((path) => before.get(path) !== after.get(path)),
    after,
  };
}

/** Does again what a step did, somewhere else. */
export function replay(listing: Listing, { gone, written, after }: Difference): Listing {
  const result = new Map(listing);
  const below = (path: string) => [...result.keys()].filter((other) => other.startsWith(`${path}/`));
  for (const path of [...gone].sort().reverse()) if (below(path).length === 0) result.delete(path);
  for (const path of [...written].sort()) {
    const parts = path.split("/");
    for (let depth = 1; depth < parts.length; depth++) {
      const parent = parts.slice(0, depth).join("/");
      if (result.get(parent)?.startsWith("d") !== true) result.set(parent, after.get(parent) ?? "");
    }
    if (after.get(path)?.startsWith("d") !== true) for (const hidden of below(path)) result.delete(hidden);
    result.set(path, after.get(path) ?? "");
  }
  return result;
}

/** Prints every path of the current directory with what a step can see of it; read by {@link parseListing}. */
export const LIST = String.raw`find . -mindepth 1 -printf '\1%P\2%y %m %l ' -type f -exec cat {} \;`;

export function parseListing(output: string): Listing {
  const records = output.split("\x01").slice(1);
  return new Map(records.map((record): [string, string] => [record.split("\x02")[0] ?? "", record.split("\x02")[1] ?? ""]));
}
