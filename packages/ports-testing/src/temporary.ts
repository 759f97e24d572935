import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Set<string>();
let listening = false;

/** A new directory that goes with this process at the latest. */
export function temporaryDirectory(prefix: string): string {
  if (!listening) process.once("exit", () => [...made].forEach(removeTemporary));
  listening = true;
  const path = mkdtempSync(join(tmpdir(), prefix));
  made.add(path);
  return path;
}

/** Removes it earlier. */
export function removeTemporary(path: string): void {
  made.delete(path);
  rmSync(path, { recursive: true, force: true });
}
