import { mkdirSync, readFileSync, readdirSync, readlinkSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bytePath } from "@fresco/pipeline";
import { Steps } from "@fresco/ports-testing/contracts";
import { expect, it } from "vitest";
import { CowLayers, CowWorkspaces, exportOutputs, type ExportOptions } from "../src/index.ts";
import { directory, names, runIn, temporaryDirectory } from "./support.ts";

const SCRIPT = "mkdir -p dist/deep; echo 1 > dist/a; echo 2 > dist/deep/b; ln -s a dist/link; chmod 4755 dist/a; echo 3 > other; rm gone";

async function prepared(at: string, script = SCRIPT): Promise<Omit<ExportOptions, "force"> & { readonly directory: string }> {
  const layers = new CowLayers();
  const subject = {
    layers,
    workspaces: new CowWorkspaces({ layers, state: at }),
    directory: at,
    form: "directory",
    run: async (...run: Parameters<typeof runIn>) => runIn(...run),
  } as const;
  const steps = new Steps(subject);
  const layer = await steps.layer(await steps.view("echo 1 > gone"), [], script);
  return { layers, from: [layer], outputs: ["dist"], directory: directory(at, "project"), unchanged: async () => false };
}

it("copies what the outputs name, without set-id bits and deletions", async () => {
  using temporary = temporaryDirectory();
  const options = await prepared(temporary.path);
  writeFileSync(join(options.directory, "gone"), "");
  expect(await exportOutputs({ ...options, force: false })).toMatchObject({
    type: "exported",
    paths: ["dist", "dist/a", "dist/deep", "dist/deep/b", "dist/link"],
  });
  expect(readdirSync(options.directory, { recursive: true, encoding: "utf8" }).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
    "dist",
    "dist/a",
    "dist/deep",
    "dist/deep/b",
    "dist/link",
    "gone",
  ]);
  expect(statSync(join(options.directory, "dist/a")).mode & 0o7777).toBe(0o755);
  expect(readlinkSync(join(options.directory, "dist/link"))).toBe("a");
});

it("leaves alone what is there with the same content, and writes nothing at all when a file changed", async () => {
  using temporary = temporaryDirectory();
  const options = await prepared(temporary.path);
  await exportOutputs({ ...options, force: false });
  expect(await exportOutputs({ ...options, force: false })).toEqual({ type: "exported", paths: [] });
  writeFileSync(join(options.directory, "dist/a"), "mine");
  writeFileSync(join(options.directory, "dist/deep/b"), "stale");
  const asked: string[] = [];
  const unchanged = async (path: string) => asked.push(path) > 0 && path === "dist/deep/b";
  expect(await exportOutputs({ ...options, unchanged, force: false })).toEqual({
    type: "refused",
    problems: [{ path: "dist/a", reason: "changed" }],
  });
  expect(asked).toEqual(["dist/a", "dist/deep/b"]);
  expect(readFileSync(join(options.directory, "dist/deep/b"), "utf8")).toBe("stale");
  expect(await exportOutputs({ ...options, unchanged, force: true })).toEqual({ type: "exported", paths: ["dist/a", "dist/deep/b"] });
  expect(readFileSync(join(options.directory, "dist/a"), "utf8")).toBe("1\n");
  expect(names(join(options.directory, "dist"))).toEqual(["a", "deep", "link"]);
});

it("follows no symlink in the directory, even by force", async () => {
  using temporary = temporaryDirectory();
  const options = await prepared(temporary.path);
  const outside = directory(temporary.path, "outside");
  symlinkSync(outside, join(options.directory, "dist"));
  const result = await exportOutputs({ ...options, force: true });
  expect(result).toMatchObject({ type: "refused" });
  expect(result.type === "refused" && result.problems.every(({ reason }) => reason === "symlink")).toBe(true);
  expect(names(outside)).toEqual([]);
});

it("replaces a symlink itself, not what it points to", async () => {
  using temporary = temporaryDirectory();
  const options = await prepared(temporary.path);
  const outside = join(temporary.path, "outside");
  writeFileSync(outside, "kept");
  mkdirSync(join(options.directory, "dist"));
  symlinkSync(outside, join(options.directory, "dist/a"));
  expect(await exportOutputs({ ...options, force: true })).toMatchObject({ type: "exported" });
  expect(readFileSync(outside, "utf8")).toBe("kept");
  expect(readFileSync(join(options.directory, "dist/a"), "utf8")).toBe("1\n");
});

it("names every obstacle at once", async () => {
  using temporary = temporaryDirectory();
  const options = await prepared(temporary.path, "mkdir dist; echo 1 > dist/a; mkdir dist/d; mkfifo dist/pipe");
  mkdirSync(join(options.directory, "dist/a"), { recursive: true });
  writeFileSync(join(options.directory, "dist/d"), "");
  expect(await exportOutputs({ ...options, force: true })).toEqual({
    type: "refused",
    problems: [
      { path: bytePath("dist/a"), reason: "in-the-way" },
      { path: bytePath("dist/d"), reason: "in-the-way" },
      { path: bytePath("dist/pipe"), reason: "special" },
    ],
  });
});
