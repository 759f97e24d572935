import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * An overlay leaves a directory without any permission in its work directory, sometimes with a spare whiteout in it, which an ordinary
 * user's recursive removal of the scratch directory would stumble over.
 */
export async function clearWork(work: string): Promise<void> {
  const left = join(work, "work");
  try {
    await chmod(left, 0o700);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  await rm(left, { recursive: true });
}
