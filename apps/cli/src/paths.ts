import { join } from "node:path";

/** Where Fresco keeps its things. Everything is private to the user. */
export interface FrescoPaths {
  /** Store, logs, layers, private git directories. */
  readonly state: string;
  /** What can be thrown away at any time. */
  readonly cache: string;
  readonly config: string;
}

/** `FRESCO_HOME` puts everything under one directory; without it the XDG directories, or macOS's own. */
export function frescoPaths(
  environment: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform,
): FrescoPaths {
  const root = environment["FRESCO_HOME"];
  if (root !== undefined && root !== "") return { state: join(root, "state"), cache: join(root, "cache"), config: join(root, "config") };
  if (platform === "darwin") {
    const support = join(home, "Library", "Application Support", "fresco");
    return { state: join(support, "state"), cache: join(home, "Library", "Caches", "fresco"), config: join(support, "config") };
  }
  const base = (name: string, fallback: string): string => {
    const value = environment[name];
    // The specification says that a relative path is to be ignored.
    return join(value?.startsWith("/") ? value : join(home, fallback), "fresco");
  };
  return {
    state: base("XDG_STATE_HOME", ".local/state"),
    cache: base("XDG_CACHE_HOME", ".cache"),
    config: base("XDG_CONFIG_HOME", ".config"),
  };
}
