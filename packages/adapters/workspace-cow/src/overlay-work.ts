import { chmod, readdir, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * An overlay leaves directories without any permission in its work directory (a spare whiteout in one, the mark of a volatile mount in another,
 * which lies deeper), and an ordinary user's recursive removal of the scratch directory would stumble over them.
 */
export async function clearWork(work: string): Promise<void> {
  const left = join(work, "work");
  try {
    await open(left);
  } catch (error) {
    // Nothing is there; or somebody else mounted it for us, and whoever runs the steps removes what that left.
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "EPERM")) return;
    throw error;
  }
  await rm(left, { recursive: true });
}

async function open(directory: string): Promise<void> {
  await chmod(directory, 0o700);
  for (const entry of await readdir(directory, { withFileTypes: true })) if (entry.isDirectory()) await open(join(directory, entry.name));
}
