import { execFile } from "node:child_process";

/** Makes everything below a directory durable at once; file by file that would take longer than making them. @throws Error when the disk fails. */
export function syncFileSystem(directory: string): Promise<void> {
  const args = process.platform === "linux" ? ["-f", directory] : [];
  return new Promise((resolve, reject) => {
    execFile("sync", args, (cause) => (cause === null ? resolve() : reject(cause)));
  });
}
