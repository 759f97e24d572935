/** Settings of the user that decide whether an installation works at all, and hold no credentials. */
const CARRIED = ["registry", "nodedir", "cafile", "python"] as const;

/** What npm comes with. */
const DEFAULT_REGISTRY = /^https:\/\/registry\.npmjs\.org\/?$/;

/**
 * What a pipeline must say because the user's own `.npmrc`, which steps cannot see, says it.
 * @param configuration the text of `~/.npmrc`.
 */
export function userSettings(configuration: string | undefined): {
  readonly env: Readonly<Record<string, string>>;
  readonly notes: readonly string[];
} {
  const lines = (configuration ?? "").split(/\r?\n/).map((line) => line.trim());
  const carried = CARRIED.flatMap((name) => {
    const value = lines.map((line) => new RegExp(`^${name}\\s*=\\s*(\\S.*)$`).exec(line)?.[1]).findLast((found) => found !== undefined);
    return value === undefined || isCredential(value) || (name === "registry" && DEFAULT_REGISTRY.test(value)) ? [] : [{ name, value }];
  });
  const env = carried.map(({ name, value }) => [`npm_config_${name}`, `env("npm_config_${name}", ${JSON.stringify(value)})`] as const);
  const names = carried.map(({ name }) => name).join(", ");
  const isPrivate = lines.some((line) => /^@[^:]+:registry\s*=/.test(line) || /^\/\/.*:(?:_authToken|_auth|_password)\s*=/.test(line));
  return {
    env: Object.fromEntries(env),
    notes: [
      ...(carried.length === 0
        ? []
        : [`Steps cannot see your ~/.npmrc, so its ${names} went into the pipeline's \`env\`; see that it suits everybody.`]),
      ...(isPrivate ? [PRIVATE] : []),
    ],
  };
}

/** A registry's address may hold a password, and a value may be taken from a variable. */
function isCredential(value: string): boolean {
  return /\/\/[^/]*@|\$\{/.test(value);
}

const PRIVATE =
  "Your ~/.npmrc has scoped registries or tokens, which steps cannot see. If this project needs them, commit an .npmrc with the " +
  "registry and `//HOST/:_authToken=${NPM_TOKEN}`, add `env: { NPM_TOKEN: secrets.NPM_TOKEN }` to the install step, and run with `--secret NPM_TOKEN`.";
