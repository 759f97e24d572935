import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deflateSync } from "node:zlib";

export type ObjectType = "blob" | "tree" | "commit";

/** git's tree without entries. */
export const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

/** An object as git hashes it. */
export interface GitObject {
  /** Hex. */
  readonly id: string;
  /** Header and content. */
  readonly bytes: Buffer;
}

/** Names an object by its content. */
export function gitObject(type: ObjectType, content: Uint8Array): GitObject {
  const bytes = Buffer.concat([Buffer.from(`${type} ${content.length}\0`, "latin1"), content]);
  return { id: createHash("sha1").update(bytes).digest("hex"), bytes };
}

/**
 * Writes a loose object. It replaces one that is there: after a power cut that one may be empty, and git itself would trust it.
 * @returns The file's path, for syncing it later.
 */
export function writeLoose(objects: string, object: GitObject): string {
  const directory = join(objects, object.id.slice(0, 2));
  const path = join(directory, object.id.slice(2));
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const halves = join(objects, HALVES);
  mkdirSync(halves, { recursive: true, mode: 0o700 });
  const temporary = join(halves, randomBytes(8).toString("hex"));
  try {
    writeFileSync(temporary, deflateSync(object.bytes, { level: 1 }), { flag: "wx", mode: 0o400 });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  return path;
}

/** Is it there as a file of its own? */
export function isLoose(objects: string, id: string): boolean {
  return existsSync(join(objects, id.slice(0, 2), id.slice(2)));
}

/** Where objects are written before they get their name. */
const HALVES = "halves";
/** A half-written object this old is a killed process's. Nothing breaks if it is not: its writer fails, and freezes again with its next run. */
const STALE_HALF_MS = 10 * 60_000;

/** Removes what killed processes left half written. */
export function removeStaleHalves(objects: string, now: number): void {
  const halves = join(objects, HALVES);
  if (!existsSync(halves)) return;
  for (const name of readdirSync(halves)) {
    const path = join(halves, name);
    const age = now - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now);
    if (age > STALE_HALF_MS) rmSync(path, { force: true });
  }
}

/** Removes loose objects that a power cut left without content: git takes them for written and would not write them again. */
export function removeEmptyObjects(objects: string): void {
  for (const directory of readdirSync(objects).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    for (const name of readdirSync(join(objects, directory))) {
      const path = join(objects, directory, name);
      if (statSync(path, { throwIfNoEntry: false })?.size === 0) rmSync(path, { force: true });
    }
  }
}
