import { readFileSync } from "node:fs";
import { z } from "zod";

/** What of an image's configuration its commands see. */
export interface ImageConfig {
  readonly env: Readonly<Record<string, string>>;
  /** Name or number, with or without a group. Absent: root. */
  readonly user?: string;
}

/** A file system alone says nothing of its commands. */
export const NO_CONFIG: ImageConfig = { env: {} };

/** https://github.com/opencontainers/image-spec/blob/main/config.md; `docker save` writes the same. */
const described = z.object({
  config: z.object({ Env: z.array(z.string()).nullish(), User: z.string().nullish() }).nullish(),
});
const kept = z.object({ env: z.record(z.string(), z.string()), user: z.string().optional() });

/** From what an image and an Engine say: `NAME=value` each. */
export function configOf(env: readonly string[], user: string | null | undefined): ImageConfig {
  const pairs = env.map((line): [string, string] => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]);
  return { env: Object.fromEntries(pairs), ...(user === "" || user === null || user === undefined ? {} : { user }) };
}

/** The configuration that an archive holds. */
export function readDescription(path: string): ImageConfig {
  const { config } = described.parse(JSON.parse(readFileSync(path, "utf8")));
  return configOf(config?.Env ?? [], config?.User);
}

/** As {@link JSON.stringify} wrote it. @throws Error where it is damaged. */
export function readConfig(path: string): ImageConfig {
  const { env, user } = kept.parse(JSON.parse(readFileSync(path, "utf8")));
  return { env, ...(user === undefined ? {} : { user }) };
}
