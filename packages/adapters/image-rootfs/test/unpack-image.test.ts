import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { digestOf, readConfig, unpackImage } from "../src/index.ts";

let directory = "";
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), "fresco-image-"))));
afterEach(() => rmSync(directory, { recursive: true }));

/** A directory with these files; a value that begins with `->` is a symlink. */
function tree(name: string, files: Readonly<Record<string, string>>): string {
  const root = join(directory, name);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    if (text.startsWith("->")) symlinkSync(text.slice(2), join(root, path));
    else writeFileSync(join(root, path), text);
  }
  return root;
}

/** An archive as `docker save` writes it, with these layers, bottom to top. */
function archive(layers: readonly Readonly<Record<string, string>>[], config?: object): string {
  const root = join(directory, "archive");
  mkdirSync(root);
  const names = layers.map((files, index) => {
    execFileSync("tar", ["-C", tree(`layer-${index}`, files), "-cf", join(root, `${index}.tar`), "."]);
    return `${index}.tar`;
  });
  writeFileSync(join(root, "manifest.json"), JSON.stringify([{ Config: "config.json", RepoTags: ["x:1"], Layers: names }]));
  if (config !== undefined) writeFileSync(join(root, "config.json"), JSON.stringify({ architecture: "amd64", config }));
  const path = join(directory, "image.tar");
  execFileSync("tar", ["-C", root, "-cf", path, "."]);
  return path;
}

const unpack = async (path: string): Promise<string> => {
  const rootfs = join(directory, "rootfs");
  await unpackImage({ type: "tar", path }, rootfs, join(directory, "scratch"));
  return rootfs;
};

describe("unpackImage", () => {
  it("lays layers over each other, and whiteouts and opaque directories take away what lies beneath", async () => {
    const rootfs = await unpack(
      archive([
        { "etc/a": "old", "etc/b": "b", "opt/gone": "x", "var/deep/x": "x", keep: "kept" },
        { "etc/a": "new", "etc/.wh.b": "", ".wh.opt": "", "var/deep/.wh..wh..opq": "", "var/deep/y": "y" },
      ]),
    );
    expect(readdirSync(rootfs).sort()).toEqual(["etc", "keep", "var"]);
    expect(readdirSync(join(rootfs, "etc"))).toEqual(["a"]);
    expect(readFileSync(join(rootfs, "etc/a"), "utf8")).toBe("new");
    expect(readdirSync(join(rootfs, "var/deep"))).toEqual(["y"]);
  });

  it("gives what the image says of its commands", async () => {
    const path = archive([{ a: "a" }], { Env: ["PATH=/opt/bin:/bin", "EQUATION=a=b", "EMPTY="], User: "node" });
    const config = await unpackImage({ type: "tar", path }, join(directory, "rootfs"), join(directory, "scratch"));
    expect(config).toEqual({ env: { PATH: "/opt/bin:/bin", EQUATION: "a=b", EMPTY: "" }, user: "node" });
    const kept = join(directory, "kept.json");
    writeFileSync(kept, JSON.stringify(config));
    expect(readConfig(kept)).toEqual(config);
  });

  it("writes nothing and removes nothing through a symlink of an earlier layer", async () => {
    const outside = tree("outside", { victim: "untouched" });
    const rootfs = await unpack(archive([{ way: `->${outside}` }, { "way/victim": "overwritten", "way/new": "x" }]));
    expect(readFileSync(join(outside, "victim"), "utf8")).toBe("untouched");
    expect(readdirSync(outside)).toEqual(["victim"]);
    expect(readFileSync(join(rootfs, "way/victim"), "utf8")).toBe("overwritten");
  });

  it("takes a plain tar and a directory, and digests them alike", async () => {
    const root = tree("plain", { "bin/sh": "shell", link: "->bin/sh" });
    const path = join(directory, "plain.tar");
    execFileSync("tar", ["-C", root, "-cf", path, "."]);
    const rootfs = await unpack(path);
    await unpackImage({ type: "directory", path: root }, join(directory, "copy"), join(directory, "scratch"));
    const [one, two] = [await digestOf(rootfs), await digestOf(join(directory, "copy"))];
    expect(one).toEqual(two);
    writeFileSync(join(rootfs, "bin/sh"), "other");
    expect((await digestOf(rootfs)).digest).not.toBe(one.digest);
  });

  it("says what is wrong with what is no archive, or not there", async () => {
    await expect(unpack(join(tree("text", { "a.txt": "text" }), "a.txt"))).rejects.toMatchObject({ code: "image.unpack" });
    await expect(unpack("/no/such/file")).rejects.toMatchObject({ code: "image.source" });
    expect(existsSync(join(directory, "scratch/layer-0"))).toBe(false);
  });
});
