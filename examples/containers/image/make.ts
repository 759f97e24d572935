// Makes the root file system of the example's image in a directory that does not exist: `node image/make.ts DIR`.
// It takes busybox-static, dpkg-deb and GNU tar, all of them part of Debian and what descends from it.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [root] = process.argv.slice(2);
if (root === undefined) throw new Error("usage: node image/make.ts DIR");
const here = import.meta.dirname;

mkdirSync(root);
for (const directory of ["bin", "sbin", "etc", "root", "tmp", "usr/bin", "var/lib/dpkg/info", "srv/packages", "srv/modules"]) {
  mkdirSync(join(root, directory), { recursive: true });
}
copyFileSync("/bin/busybox", join(root, "bin/busybox"));
for (const name of execFileSync("/bin/busybox", ["--list"], { encoding: "utf8" }).trim().split("\n")) {
  if (name !== "busybox") symlinkSync("busybox", join(root, "bin", name));
}
writeFileSync(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
writeFileSync(join(root, "etc/group"), "root:x:0:\n");
writeFileSync(join(root, "var/lib/dpkg/status"), "");

// What would be a package archive on the network, and a registry of modules, is in the image: the example needs neither.
for (const name of readdirSync(join(here, "packages"))) {
  const to = join(root, "srv/packages", `${name}.deb`);
  execFileSync("dpkg-deb", ["--build", "-Zgzip", "--root-owner-group", join(here, "packages", name), to], { stdio: "ignore" });
}
const reproducible = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner", "--mode=a+rX,go-w", "--format=ustar"];
for (const name of readdirSync(join(here, "modules"))) {
  const to = join(root, "srv/modules", `${name}.tar`);
  execFileSync("tar", [...reproducible, "-C", join(here, "modules"), "-cf", to, name]);
}
