import { execFileSync } from "node:child_process";
import { lstatSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { decodeManifest, encodeManifest, type LayerEntry, layerDigest, manifestDigest } from "@fresco/cache-keys";
import { type BytePath, bytePathFrom } from "@fresco/pipeline";
import {
  type Baseline,
  type CapturedLayer,
  type CaptureOptions,
  type Changes,
  FrescoError,
  type LayerRef,
  type Layers,
} from "@fresco/ports";
import { differenceOf, nodeAt, parentsOf, readTree } from "./tree-diff.ts";

/** What a prepared directory held: all of it. */
export class PlainBaseline implements Baseline {
  readonly tree: ReturnType<typeof readTree>;

  constructor(directory: string) {
    this.tree = readTree(directory);
  }

  get entries(): number {
    return this.tree.size;
  }
}

/**
 * `Layers` for tests: reads whole trees and copies them with `tar`. Takes changes of directories only, reads no extended attributes
 * and no devices, and its trees have no whiteouts. Not meant for more than some hundred files.
 */
export class PlainLayers implements Layers {
  async capture(
    changes: readonly { readonly changes: Changes; readonly options: CaptureOptions }[],
    into: { readonly id: string; readonly path: string },
  ): Promise<CapturedLayer | undefined> {
    const parts = changes.map(({ changes: from, options }) => {
      if (from.type !== "directory" || !(from.baseline instanceof PlainBaseline))
        throw new Error("only directories that PlainWorkspaces prepared can be captured");
      return { from: from.path, at: options.at, ...differenceOf(from.baseline.tree, readTree(from.path), options) };
    });
    const entries = parts
      .flatMap((part) => part.entries.map((entry) => prefixed(entry, part.at)))
      .sort((a, b) => (a.path < b.path ? -1 : 1));
    if (entries.length === 0) return undefined;
    const tree = join(into.path, "tree");
    mkdirSync(into.path, { recursive: true, mode: 0o700 });
    mkdirSync(tree);
    for (const { from, at, entries: own } of parts) {
      const target = at === undefined ? tree : join(tree, at);
      mkdirSync(target, { recursive: true });
      copyEntries(from, own, target);
    }
    writeFileSync(join(into.path, "manifest"), encodeManifest(entries), { mode: 0o600 });
    return {
      ...into,
      digest: layerDigest(entries),
      bytes: entries.reduce((sum, entry) => sum + bytesOf(tree, entry), 0),
      entries: entries.length,
      footprint: parts.flatMap((part) => footprint(part.entries, part.created).map((path) => below(part.at, path))),
    };
  }

  async manifest(layer: LayerRef): Promise<readonly LayerEntry[]> {
    try {
      const bytes = readFileSync(join(layer.path, "manifest"));
      if (manifestDigest(bytes) !== layer.digest) throw new Error("it is another layer's manifest");
      return decodeManifest(bytes);
    } catch (cause) {
      throw new FrescoError("layer.damaged", `The layer ${layer.id} has no whole manifest.`, { cause });
    }
  }

  async verify(layer: LayerRef): Promise<boolean> {
    try {
      const entries = await this.manifest(layer);
      const holders = new Set(entries.flatMap(({ path }) => parentsOf(path)));
      const listed = new Set(entries.map(({ path }) => path));
      const found = [...readTree(join(layer.path, "tree")).values()].filter(({ path }) => listed.has(path) || !holders.has(path));
      const written = entries.filter(({ type }) => type !== "deleted");
      return isDeepStrictEqual(
        found.sort((a, b) => (a.path < b.path ? -1 : 1)),
        written,
      );
    } catch {
      return false;
    }
  }

  async apply(layer: LayerRef, directory: string): Promise<void> {
    const entries = await this.manifest(layer);
    for (const entry of entries.toReversed()) if (entry.type === "deleted") remove(directory, entry.path);
    copyEntries(join(layer.path, "tree"), entries, directory);
  }

  async sync(): Promise<void> {}
}

function remove(directory: string, path: BytePath): void {
  if (!parentsOf(path).every((parent) => lstatSync(nodeAt(directory, parent), { throwIfNoEntry: false })?.isDirectory())) return;
  const at = nodeAt(directory, path);
  if (lstatSync(at, { throwIfNoEntry: false })?.isDirectory() !== true) return rmSync(at, { force: true });
  if (readTree(at.toString("utf8")).size === 0) rmdirSync(at);
}

/** Copies entries through one archive, which keeps times, links and holes; a directory's own attributes come with it. */
function copyEntries(from: string, entries: readonly LayerEntry[], to: string): void {
  const written = entries.filter(({ type }) => type !== "deleted");
  for (const { path, type } of written) {
    for (const parent of parentsOf(path)) makeDirectory(nodeAt(to, parent));
    if (type === "directory") makeDirectory(nodeAt(to, path));
    else rmSync(nodeAt(to, path), { recursive: true, force: true });
  }
  if (written.length === 0) return;
  const list = Buffer.concat(written.map(({ path }) => Buffer.concat([Buffer.from(path, "latin1"), Buffer.from([0])])));
  const archive = execFileSync("tar", ["--create", "--sparse", "--no-recursion", "--format=posix", "--null", "--files-from=-"], {
    cwd: from,
    input: list,
    maxBuffer: 1 << 30,
  });
  execFileSync("tar", ["--extract", "--preserve-permissions", "--delay-directory-restore", "--overwrite-dir"], { cwd: to, input: archive });
}

function makeDirectory(at: Buffer): void {
  const stat = lstatSync(at, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) return;
  if (stat !== undefined) rmSync(at);
  mkdirSync(at);
}

function footprint(entries: readonly LayerEntry[], created: ReadonlySet<BytePath>): BytePath[] {
  const written = entries.filter(({ path, type }) => type !== "deleted" && (type !== "directory" || created.has(path)));
  return written.map(({ path }) => path).filter((path) => !parentsOf(path).some((parent) => created.has(parent)));
}

function prefixed(entry: LayerEntry, at: string | undefined): LayerEntry {
  const path = below(at, entry.path);
  return entry.type === "file" && entry.link !== undefined ? { ...entry, path, link: below(at, entry.link) } : { ...entry, path };
}

function below(at: string | undefined, path: BytePath): BytePath {
  return at === undefined ? path : bytePathFrom(Buffer.from(`${at}/${path}`, "latin1"));
}

function bytesOf(tree: string, entry: LayerEntry): number {
  if (entry.type !== "file" || entry.link !== undefined) return 0;
  return Math.min(entry.size, lstatSync(nodeAt(tree, entry.path)).blocks * 512);
}
