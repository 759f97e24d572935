import type { ViewMode } from "@fresco/cache-keys";
import { type BytePath, bytePathFrom } from "@fresco/pipeline";
import { EMPTY_TREE } from "./objects.ts";

/** One file of a tree with the instant (milliseconds) when this path and content were first frozen. */
export interface TreeFile {
  readonly path: BytePath;
  readonly mode: ViewMode;
  /** Blob id, hex. */
  readonly object: string;
  readonly time: number;
}

/** One directory of a tree. */
export interface TreeDirectory {
  readonly path: BytePath;
  /** Tree id, hex. */
  readonly object: string;
}

const MAGIC = "fresco-manifest-1\n";
const HEADER = 64;
const ROW = 40;
const MODES: readonly ViewMode[] = ["100644", "100755", "120000"];

/**
 * A tree as one buffer that needs no decoding: rows of fixed size, sorted by path bytes, so that a path is found by binary search.
 * Layout: header (magic, number of files, number of directories, total length, root tree), file rows, directory rows, path bytes.
 * A row is path offset (u32), path length (u32), mode (u32), object (20 bytes), time (f64).
 */
export class Manifest {
  readonly files: Rows;
  readonly directories: Rows;
  /** The root's tree id, hex. */
  readonly tree: string;

  /** @param buffer What {@link encodeManifest} made. */
  constructor(buffer: Buffer) {
    this.tree = buffer.toString("hex", 30, 50);
    const files = buffer.readUInt32LE(18);
    this.files = new Rows(buffer, HEADER, files);
    this.directories = new Rows(buffer, HEADER + files * ROW, buffer.readUInt32LE(22));
  }

  file(index: number): TreeFile {
    const { files } = this;
    return { path: files.path(index), mode: files.mode(index), object: files.object(index), time: files.time(index) };
  }
}

/** Is this a whole manifest? A file cut short by a crash is not. */
export function isManifest(buffer: Buffer): boolean {
  return buffer.length >= HEADER && buffer.toString("latin1", 0, MAGIC.length) === MAGIC && buffer.readUInt32LE(26) === buffer.length;
}

/** Rows of one kind within a manifest, sorted by path bytes. */
export class Rows {
  readonly length: number;
  readonly #buffer: Buffer;
  readonly #start: number;

  constructor(buffer: Buffer, start: number, length: number) {
    this.#buffer = buffer;
    this.#start = start;
    this.length = length;
  }

  path(index: number): BytePath {
    const row = this.#start + index * ROW;
    const offset = this.#buffer.readUInt32LE(row);
    return bytePathFrom(this.#buffer.subarray(offset, offset + this.#buffer.readUInt32LE(row + 4)));
  }

  mode(index: number): ViewMode {
    return MODES[this.#buffer.readUInt32LE(this.#start + index * ROW + 8)] ?? "100644";
  }

  object(index: number): string {
    const row = this.#start + index * ROW + 12;
    return this.#buffer.toString("hex", row, row + 20);
  }

  time(index: number): number {
    return this.#buffer.readDoubleLE(this.#start + index * ROW + 32);
  }

  /** The first index whose path is not below `path` (by bytes). */
  lowerBound(path: string): number {
    let low = 0;
    let high = this.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(middle, path) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index of exactly this path. */
  find(path: string): number | undefined {
    const index = this.lowerBound(path);
    return index < this.length && this.#compare(index, path) === 0 ? index : undefined;
  }

  /** Negative: the row's path is below `path`. Without decoding it: a search looks at many rows and wants one. */
  #compare(index: number, path: string): number {
    const row = this.#start + index * ROW;
    const offset = this.#buffer.readUInt32LE(row);
    const length = this.#buffer.readUInt32LE(row + 4);
    const common = Math.min(length, path.length);
    for (let at = 0; at < common; at += 1) {
      const difference = (this.#buffer[offset + at] ?? 0) - path.charCodeAt(at);
      if (difference !== 0) return difference;
    }
    return length - path.length;
  }
}

/** Packs a tree into one buffer; both lists sorted by path bytes. */
export function encodeManifest(tree: string, files: readonly TreeFile[], directories: readonly TreeDirectory[]): Buffer {
  const rows = files.length + directories.length;
  const pathBytes = [...files, ...directories].reduce((sum, { path }) => sum + path.length, 0);
  const buffer = Buffer.alloc(HEADER + rows * ROW + pathBytes);
  buffer.write(MAGIC, 0, "latin1");
  buffer.writeUInt32LE(files.length, 18);
  buffer.writeUInt32LE(directories.length, 22);
  buffer.writeUInt32LE(buffer.length, 26);
  buffer.write(tree, 30, "hex");
  let row = HEADER;
  let offset = HEADER + rows * ROW;
  const add = (path: BytePath, mode: number, object: string, time: number): void => {
    buffer.writeUInt32LE(offset, row);
    buffer.writeUInt32LE(path.length, row + 4);
    buffer.writeUInt32LE(mode, row + 8);
    buffer.write(object, row + 12, "hex");
    buffer.writeDoubleLE(time, row + 32);
    offset += buffer.write(path, offset, "latin1");
    row += ROW;
  };
  for (const { path, mode, object, time } of files) add(path, MODES.indexOf(mode), object, time);
  for (const { path, object } of directories) add(path, 0, object, 0);
  return buffer;
}

/** A tree without files. */
export const EMPTY_MANIFEST = new Manifest(encodeManifest(EMPTY_TREE, [], []));
