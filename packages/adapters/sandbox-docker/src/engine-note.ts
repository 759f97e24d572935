import { mkdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";

/** What must be known of an owner to find what it left in an Engine. */
export interface EngineNote {
  readonly owner: string;
  /** An image that is there, to run a helper in. */
  readonly image: string;
}

/** In the owner's directory: written before anything is made in the Engine, so that an owner without it left nothing there. */
const FILE = "shared/engine.json";

export async function writeNote(shared: string, note: EngineNote): Promise<void> {
  mkdirSync(shared, { recursive: true, mode: 0o700 });
  await writeFile(join(shared, "engine.json"), JSON.stringify(note), { mode: 0o600 });
}

/** The note in an owner's directory; `undefined`: this is no owner's, or it made nothing in an Engine. */
export function readNote(directory: string): EngineNote | undefined {
  try {
    const found: unknown = JSON.parse(readFileSync(join(directory, FILE), "utf8"));
    const isNote =
      typeof found === "object" &&
      found !== null &&
      "owner" in found &&
      typeof found.owner === "string" &&
      "image" in found &&
      typeof found.image === "string";
    return isNote ? { owner: String(found.owner), image: String(found.image) } : undefined;
  } catch {
    return undefined;
  }
}
