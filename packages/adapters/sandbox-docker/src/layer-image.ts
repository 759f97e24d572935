import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { LayerRef } from "@fresco/ports";
import { statusOf } from "./connect.ts";
import type { EngineApi } from "./engine-api.ts";

/** A system layer as an image. It is the whole system down to the base, since an Engine's commits are cumulative. */
export interface LayerImage {
  /** Repository and tag. */
  readonly name: string;
  /** The Engine's id of it, once it was committed. */
  readonly id: string | undefined;
}

/** The file in a layer's directory that names its image: found through the directory's row, so that no image is looked for by its name alone. */
const FILE = "image.json";

/** Names an image for a layer before there is one: whatever happens next, the directory tells what to remove. */
export function announceImage(directory: string, repository: string): { readonly digest: string; readonly image: LayerImage } {
  // An identity that is never used twice: digesting what an Engine keeps would mean to read all of it.
  const digest = randomBytes(32).toString("hex");
  const image = { name: `${repository}:${digest}`, id: undefined };
  mkdirSync(dirname(directory), { recursive: true, mode: 0o700 });
  mkdirSync(directory, { mode: 0o700 });
  write(join(directory, FILE), image.name, undefined);
  return { digest, image };
}

export function recordImage(directory: string, { name }: LayerImage, id: string): void {
  write(join(directory, FILE), name, id);
}

/** Nothing is synced here: layers are before their entry is stored, and an image whose directory a power cut took is found by its labels. */
function write(path: string, name: string, id: string | undefined): void {
  writeFileSync(path, `${JSON.stringify({ name, ...(id === undefined ? {} : { id }) })}\n`, { mode: 0o600 });
}

/** The image that a layer's directory names; `undefined`: the directory is none of a layer in an Engine, or is damaged. */
export function imageOf({ path }: Pick<LayerRef, "path">): LayerImage | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(path, FILE), "utf8"));
    if (typeof found !== "object" || found === null || !("name" in found) || typeof found.name !== "string") return undefined;
    return { name: found.name, id: "id" in found && typeof found.id === "string" ? found.id : undefined };
  } catch {
    return undefined;
  }
}

/** Takes the layer's name away from its image; the Engine removes the image itself when nobody else names it or stands on it. */
export async function removeImage(engine: EngineApi, name: string): Promise<void> {
  try {
    await engine.getImage(name).remove({ force: false, noprune: false });
  } catch (error) {
    const status = statusOf(error);
    if (status === 404) return;
    throw error;
  }
}

/** The same; what is still in use or beneath another image stays until that one goes. */
export async function removeImageOrLeave(engine: EngineApi, name: string): Promise<void> {
  try {
    await removeImage(engine, name);
  } catch (error) {
    if (statusOf(error) !== 409) throw error;
  }
}
