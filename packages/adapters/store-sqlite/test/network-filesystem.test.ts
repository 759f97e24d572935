import { expect, it } from "vitest";
import { filesystemOf, networkFilesystem } from "../src/network-filesystem.ts";

const MOUNTS = [
  "24 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw",
  "30 24 0:40 / /home rw - btrfs /dev/vdb rw",
  "31 30 0:41 / /home/me/far\\040away rw,nosuid - fuse.sshfs me@host:/ rw",
  "32 24 0:42 / /mnt rw - fuseblk /dev/vdc rw",
  "33 24 0:43 / /mnt rw - fuse.rclone remote: rw",
].join("\n");

it("network file systems are known by their magic number", () => {
  const unasked = () => expect.fail("only FUSE is looked up");
  expect(networkFilesystem(0x6969, unasked)).toBe("nfs");
  expect(networkFilesystem(0xff534d42 | 0, unasked)).toBe("cifs");
  expect(networkFilesystem(0x01021997, unasked)).toBe("9p");
  expect(networkFilesystem(0xef53, unasked)).toBeUndefined();
});

it("a FUSE file system is refused when it reaches over the network", () => {
  expect(networkFilesystem(0x65735546, () => "fuse.sshfs")).toBe("fuse.sshfs");
  expect(networkFilesystem(0x65735546, () => "fuseblk")).toBeUndefined();
  expect(networkFilesystem(0x65735546, () => "fuse.fuse-overlayfs")).toBeUndefined();
});

it("the mount that a path is in is the longest, and the latest on its point", () => {
  expect(filesystemOf("/home/me/far away/x", MOUNTS)).toBe("fuse.sshfs");
  expect(filesystemOf("/home/me/far", MOUNTS)).toBe("btrfs");
  expect(filesystemOf("/homes", MOUNTS)).toBe("ext4");
  expect(filesystemOf("/mnt", MOUNTS)).toBe("fuse.rclone");
});
