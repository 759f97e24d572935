import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { pipeline } from "node:stream/promises";
import { lstat, readdir, readlink } from "node:fs/promises";

export interface RootfsDigest {
  /** SHA-256 of everything but times, hex. */
  readonly digest: string;
  readonly bytes: number;
}

/** Digests a root file system: path, type, mode, owner, and content or link target, ordered by bytes. */
export async function digestOf(rootfs: string): Promise<RootfsDigest> {
  const hash = createHash("sha256").update("fresco rootfs 1\n");
  let bytes = 0;
  const visit = async (path: string): Promise<void> => {
    for (const name of (await readdir(within(rootfs, path), { encoding: "latin1" })).sort()) {
      const at = path === "" ? name : `${path}/${name}`;
      const file = within(rootfs, at);
      const stat = await lstat(file);
      hash.update(`${at.length}:${at} ${stat.mode} ${stat.uid} ${stat.gid} `, "latin1");
      hash.update(await contentOf(file, stat));
      if (stat.isFile()) bytes += stat.size;
      if (stat.isDirectory()) await visit(at);
    }
  };
  await visit("");
  return { digest: hash.digest("hex"), bytes };
}

/** Names are bytes; a character stands for each. */
function within(rootfs: string, path: string): Buffer {
  return Buffer.concat([Buffer.from(`${rootfs}/`), Buffer.from(path, "latin1")]);
}

async function contentOf(path: Buffer, stat: Stats): Promise<Buffer> {
  if (stat.isSymbolicLink()) return Buffer.concat([Buffer.from("link "), await readlink(path, "buffer"), Buffer.from("\n")]);
  if (!stat.isFile()) return Buffer.from("\n");
  const hash = createHash("sha256");
  // Large files do not fit in memory; a stream into a hash keeps no more than a chunk.
  await pipeline(createReadStream(path), hash);
  return hash.digest();
}
