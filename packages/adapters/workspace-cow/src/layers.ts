import { mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { LayerEntry } from "@fresco/cache-keys";
import { type BytePath, bytePath } from "@fresco/pipeline";
import type { CapturedLayer, CaptureOptions, Changes, LayerRef, Layers } from "@fresco/ports";
import { applyLayer } from "./apply.ts";
import { DirectoryBaseline } from "./baseline.ts";
import { DirectoryCapture } from "./directory-capture.ts";
import { Draft, footprintOf } from "./draft.ts";
import { readManifest, treeOf, writeManifest } from "./layer-files.ts";
import { lookUpPath } from "./lower-stack.ts";
import { OverlayCapture } from "./overlay-capture.ts";
import { childPath, comparePaths } from "./paths.ts";
import { syncLayers } from "./sync.ts";
import { verifyLayer } from "./verify.ts";
import { writeWhiteouts } from "./whiteouts.ts";

/** One set of changes, read and filtered; `place` makes it a layer's tree at a path that does not exist. */
interface Captured {
  readonly draft: Draft;
  readonly entries: readonly LayerEntry[];
  readonly at: BytePath;
  place(tree: Buffer): void;
}

/** Layers in directories: from overlays' upper directories, which are kept as they are, or by comparing a directory with its {@link DirectoryBaseline}. */
export class CowLayers implements Layers {
  async capture(
    changes: readonly { readonly changes: Changes; readonly options: CaptureOptions }[],
    into: { readonly id: string; readonly path: string },
  ): Promise<CapturedLayer | undefined> {
    const captured: Captured[] = [];
    for (const { changes: from, options } of changes) {
      const one = await (from.type === "overlay" ? captureOverlay(from, options) : captureDirectory(from, options));
      if (one.entries.length > 0) captured.push(one);
    }
    if (captured.length === 0) return undefined;
    mkdirSync(into.path, { recursive: true, mode: 0o700 });
    for (const one of captured) one.place(placeFor(into.path, one.at));
    const entries = captured.flatMap(prefixed).sort((a, b) => comparePaths(a.path, b.path));
    return {
      id: into.id,
      path: into.path,
      digest: writeManifest(into.path, entries),
      bytes: captured.reduce((sum, { draft }) => sum + draft.bytes, 0),
      entries: entries.length,
      footprint: captured.flatMap(({ draft, entries: own, at }) => footprintOf(own, draft.created).map((path) => below(at, path))),
    };
  }

  manifest(layer: LayerRef): Promise<readonly LayerEntry[]> {
    return Promise.resolve().then(() => readManifest(layer));
  }

  verify(layer: LayerRef): Promise<boolean> {
    return verifyLayer(layer);
  }

  async apply(layer: LayerRef, directory: string): Promise<void> {
    await applyLayer(Buffer.from(treeOf(layer)), readManifest(layer), Buffer.from(directory));
  }

  sync(layers: readonly LayerRef[]): Promise<void> {
    return syncLayers(layers);
  }
}

async function captureOverlay(changes: Extract<Changes, { readonly type: "overlay" }>, options: CaptureOptions): Promise<Captured> {
  const draft = new Draft(options);
  const capture = new OverlayCapture(draft);
  const upper = Buffer.from(changes.upper);
  const lower = changes.lower.map((path) => Buffer.from(path));
  await capture.run(upper, lower);
  const entries = draft.entries.sort((a, b) => comparePaths(a.path, b.path));
  writeWhiteouts(upper, entries, (path) => lookUpPath(lower, path));
  capture.finish();
  return { draft, entries, at: bytePath(options.at ?? ""), place: (tree) => renameSync(upper, tree) };
}

async function captureDirectory(changes: Extract<Changes, { readonly type: "directory" }>, options: CaptureOptions): Promise<Captured> {
  const { baseline } = changes;
  if (!(baseline instanceof DirectoryBaseline)) throw new Error("the baseline was made by another adapter");
  const draft = new Draft(options);
  const capture = new DirectoryCapture(draft, baseline);
  const directory = Buffer.from(changes.path);
  await capture.run(directory);
  const entries = draft.entries.sort((a, b) => comparePaths(a.path, b.path));
  return {
    draft,
    entries,
    at: bytePath(options.at ?? ""),
    place(tree) {
      capture.realise(directory, tree, entries);
      writeWhiteouts(tree, entries, (path) => capture.seen(directory, path));
      capture.finish(tree, directory, entries);
    },
  };
}

/** Where a set of changes lies in the layer's tree; the directories above it are made. */
function placeFor(layer: string, at: BytePath): Buffer {
  const tree = Buffer.from(join(layer, "tree"));
  if (at === "") return tree;
  const path = Buffer.concat([tree, Buffer.from(`/${at}`, "latin1")]);
  mkdirSync(path.subarray(0, path.lastIndexOf(0x2f)), { recursive: true, mode: 0o755 });
  return path;
}

function prefixed({ entries, at }: Captured): readonly LayerEntry[] {
  if (at === "") return entries;
  return entries.map((entry) => {
    const path = below(at, entry.path);
    return entry.type === "file" && entry.link !== undefined ? { ...entry, path, link: below(at, entry.link) } : { ...entry, path };
  });
}

function below(at: BytePath, path: BytePath): BytePath {
  return childPath(at, Buffer.from(path, "latin1"));
}
