import { createHash } from "node:crypto";
import { text } from "./document.ts";
import type { LayerEntry, LayerNode } from "./layer-entry.ts";
import { isEntryPath, ManifestReader } from "./manifest-reader.ts";

const HEADER = "fresco layer 1";
const PREFIX_LENGTH = `${HEADER} ${"0".repeat(64)}\n`.length;

/**
 * The manifest of a layer as bytes: a first line with the format and the layer's digest, then one record an entry. The digest is taken over
 * all of it but itself, so the manifest checks itself and names the layer's identity at once. Bytes of paths stand as they are.
 *
 * A file whose `link` is its own path, and empty `xattrs`, are written as absent.
 *
 * @throws Error when entries are not strictly sorted by path, or one is impossible: a path that leaves the root, a hard link to something
 *   that is no earlier file, a content that is no SHA-256 (a mistake in the program that made them).
 */
export function encodeManifest(entries: Iterable<LayerEntry>): Buffer {
  const body = encodeBody(entries);
  return Buffer.from(`${HEADER} ${digestOf(body)}\n${body}`, "latin1");
}

/**
 * The identity of a layer: SHA-256 (hex) over path, type, mode, owner, content or link target, extended attributes, hard-link groups
 * and deletions; no times. It is what keys cover and what the layer's manifest carries.
 *
 * @throws Error as {@link encodeManifest} does.
 */
export function layerDigest(entries: Iterable<LayerEntry>): string {
  return digestOf(encodeBody(entries));
}

/** What {@link decodeManifest} throws: these bytes are no whole manifest. A layer that has one is missing, never an empty layer. */
export class DamagedManifest extends Error {
  override readonly name = "DamagedManifest";
  readonly code = "layer.damaged";
}

/** @throws DamagedManifest when the bytes are truncated, changed, of another version, or name a path outside the layer. */
export function decodeManifest(bytes: Uint8Array): LayerEntry[] {
  const { body } = check(bytes);
  const entries: LayerEntry[] = [];
  const reader = new ManifestReader(body, (problem) => new DamagedManifest(`The layer's manifest is damaged: ${problem}.`));
  while (!reader.atEnd) entries.push(reader.entry());
  const problem = impossible(entries);
  if (problem !== undefined) throw new DamagedManifest(`The layer's manifest is damaged: ${problem}.`);
  return entries;
}

/** The layer's digest, after checking the bytes against it, without decoding the entries. @throws DamagedManifest */
export function manifestDigest(bytes: Uint8Array): string {
  return check(bytes).digest;
}

function check(bytes: Uint8Array): { digest: string; body: string } {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const digest = all.slice(HEADER.length + 1, PREFIX_LENGTH - 1);
  if (!all.startsWith(`${HEADER} `) || all[PREFIX_LENGTH - 1] !== "\n") {
    throw new DamagedManifest(`The layer's manifest does not begin with "${HEADER}".`);
  }
  const body = all.slice(PREFIX_LENGTH);
  if (digestOf(body) !== digest) throw new DamagedManifest("The layer's manifest is not what was written: its digest differs.");
  return { digest, body };
}

function digestOf(body: string): string {
  return createHash("sha256").update(`${HEADER}\n`).update(body, "latin1").digest("hex");
}

function encodeBody(entries: Iterable<LayerEntry>): string {
  const all = Array.isArray(entries) ? entries : [...entries];
  const problem = impossible(all);
  if (problem !== undefined) throw new Error(`not a layer: ${problem}`);
  const body = all.map(record).join("");
  // Latin1 would fold such a character into another byte, and two layers into one digest.
  if (/[^\0-\xff]/.test(body)) throw new Error("not a layer: paths, link targets and attributes hold bytes, one a character");
  return body;
}

function record(entry: LayerEntry): string {
  switch (entry.type) {
    case "file":
      return `f${node(entry)}${entry.size} ${entry.content}${link(entry.path, entry.link)}\n`;
    case "directory":
      return `d${node(entry)}\n`;
    case "symlink":
      return `l${node(entry)}${text(entry.target)}\n`;
    case "fifo":
      return `p${node(entry)}\n`;
    case "device":
      return `${entry.device === "block" ? "b" : "c"}${node(entry)}${entry.major} ${entry.minor} \n`;
    case "deleted":
      return `${entry.directory ? "X" : "x"}${text(entry.path)}\n`;
  }
}

function node({ path, mode, uid, gid, xattrs = {} }: LayerNode): string {
  const names = Object.keys(xattrs).sort();
  const attributes = names.map((name) => text(name) + text(xattrs[name] ?? "")).join("");
  return `${text(path)}${mode.toString(8)} ${uid} ${gid} ${names.length} ${attributes}`;
}

function link(path: string, first: string | undefined): string {
  return first === undefined || first === path ? "-" : `=${text(first)}`;
}

function impossible(entries: readonly LayerEntry[]): string | undefined {
  const firsts = new Set<string>();
  let previous = "";
  for (const entry of entries) {
    if (entry.path <= previous) return `${JSON.stringify(entry.path)} stands after ${JSON.stringify(previous)}`;
    previous = entry.path;
    if (!isEntryPath(entry.path)) return `${JSON.stringify(entry.path)} is no path below the layer's root`;
    if (entry.type !== "file") continue;
    if (!/^[0-9a-f]{64}$/.test(entry.content)) return `the content of ${JSON.stringify(entry.path)} is no SHA-256`;
    if (entry.link === undefined || entry.link === entry.path) firsts.add(entry.path);
    else if (!firsts.has(entry.link))
      return `${JSON.stringify(entry.path)} is linked to ${JSON.stringify(entry.link)}, which is no earlier file`;
  }
  return undefined;
}
