import { join } from "node:path";

/** An installation of development tools below the user's home. */
export interface Toolchain {
  /** What is bound read-only at its place. */
  readonly roots: readonly string[];
  /** What of it the user's PATH names, in that order. */
  readonly bins: readonly string[];
  /** How its own programs find the rest of it under another HOME. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where installers put themselves: a directory that PATH names below `prefix` lets in the `roots`. All relative to the home directory. */
interface Installer {
  readonly prefix: string;
  /** Default: the prefix. Caches that a build writes to, such as `~/.cargo/registry`, are left out. */
  readonly roots?: readonly string[];
  /** Variable → directory that it names. */
  readonly env?: Readonly<Record<string, string>>;
}

const INSTALLERS: readonly Installer[] = [
  { prefix: ".nvm", env: { NVM_DIR: ".nvm" } },
  { prefix: ".fnm" },
  { prefix: ".local/share/fnm" },
  { prefix: ".volta", env: { VOLTA_HOME: ".volta" } },
  { prefix: ".local/share/mise", env: { MISE_DATA_DIR: ".local/share/mise" } },
  { prefix: ".asdf", env: { ASDF_DATA_DIR: ".asdf" } },
  { prefix: ".pyenv", env: { PYENV_ROOT: ".pyenv" } },
  { prefix: ".local/share/uv" },
  { prefix: ".local/bin", roots: [".local/bin", ".local/share/uv"] },
  { prefix: ".cargo/bin", roots: [".cargo/bin", ".rustup"], env: { RUSTUP_HOME: ".rustup" } },
  { prefix: ".rustup", env: { RUSTUP_HOME: ".rustup" } },
  { prefix: ".sdkman", env: { SDKMAN_DIR: ".sdkman" } },
  { prefix: "go/bin" },
  { prefix: "sdk" },
  { prefix: ".local/go" },
  { prefix: ".go" },
  { prefix: ".bun/bin" },
  { prefix: ".deno/bin" },
];

/**
 * The toolchains that a PATH names.
 * @param path the entries of PATH in order, each with the place that it really leads to (fnm's entries are symlinks from elsewhere).
 */
export function toolchainsOf(path: readonly { readonly entry: string; readonly real: string }[], home: string): Toolchain {
  const roots = new Set<string>();
  const bins = new Set<string>();
  const env: Record<string, string> = {};
  for (const { entry, real } of path) {
    for (const installer of INSTALLERS) {
      const inPlace = [entry, real].find((candidate) => isWithin(candidate, join(home, installer.prefix)));
      if (inPlace === undefined) continue;
      bins.add(inPlace);
      for (const root of installer.roots ?? [installer.prefix]) roots.add(join(home, root));
      for (const [name, directory] of Object.entries(installer.env ?? {})) env[name] = join(home, directory);
    }
  }
  return { roots: outermost([...roots]), bins: [...bins], env };
}

/** The paths that lie in no other of them, sorted. */
export function outermost(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => !paths.some((other) => other !== path && isWithin(path, other))).sort();
}

/** Is `path` this directory, or in it? */
export function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith("/") ? directory : `${directory}/`);
}
