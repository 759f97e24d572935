import { readFileSync, statfsSync } from "node:fs";
import { FrescoError } from "@fresco/ports";

/** `f_type` of statfs(2) on Linux. */
const NETWORK: ReadonlyMap<number, string> = new Map([
  [0x6969, "nfs"],
  [0x517b, "smb"],
  [0xff534d42, "cifs"],
  [0xfe534d42, "smb2"],
  [0x01021997, "9p"],
  [0x5346414f, "afs"],
  [0x73757245, "coda"],
  [0x00c36400, "ceph"],
  [0x0bd00bd0, "lustre"],
  [0x47504653, "gpfs"],
  [0x01161970, "gfs2"],
  [0x7461636f, "ocfs2"],
]);
const FUSE = 0x65735546;
/** FUSE serves local disks too (`fuseblk`); these reach over the network. */
const NETWORK_FUSE =
  /^fuse\.(sshfs|s3fs|s3ql|goofys|gcsfuse|blobfuse2?|rclone|curlftpfs|davfs2?|glusterfs|ceph|ceph-fuse|juicefs|nfs|smb|cifs|mfs|moosefs|lizardfs|afp|gvfsd-fuse|kio-fuse)$/;

/**
 * A lock on such a file system can be held or dropped behind the kernel's back, so nothing there can be trusted.
 * @throws FrescoError `store.network-filesystem`
 */
export function refuseNetworkFilesystem(directory: string): void {
  // Elsewhere `f_type` means other things.
  if (process.platform !== "linux") return;
  const name = networkFilesystem(statfsSync(directory).type, () => filesystemOf(directory, readFileSync("/proc/self/mountinfo", "utf8")));
  if (name === undefined) return;
  throw new FrescoError(
    "store.network-filesystem",
    `${directory} is on a network file system (${name}), whose locks cannot be relied on.`,
    {
      hint: "Let FRESCO_HOME name a directory on a local disk.",
    },
  );
}

/** The name of a network file system; `undefined` for a local one. `fuse` tells which FUSE file system it is. */
export function networkFilesystem(type: number, fuse: () => string | undefined): string | undefined {
  // statfs answers a signed number on some platforms.
  const magic = type >>> 0;
  if (magic !== FUSE) return NETWORK.get(magic);
  const name = fuse();
  return name !== undefined && NETWORK_FUSE.test(name) ? name : undefined;
}

/** The file system type of the mount that a path is in, as `/proc/self/mountinfo` tells it. */
export function filesystemOf(path: string, mountinfo: string): string | undefined {
  let found: { readonly point: string; readonly type: string } | undefined;
  for (const line of mountinfo.split("\n")) {
    const [mount = "", source = ""] = line.split(" - ");
    const point = mount.split(" ")[4]?.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
    const type = source.split(" ")[0];
    if (point === undefined || type === undefined) continue;
    const holds = point === "/" || path === point || path.startsWith(`${point}/`);
    // A later mount on the same point covers the earlier one.
    if (holds && point.length >= (found?.point.length ?? 0)) found = { point, type };
  }
  return found?.type;
}
