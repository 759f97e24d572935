declare const brand: unique symbol;

/**
 * A path as bytes, relative to a root, `/`-separated, without leading `./`. Every character stands for one byte (latin1), so
 * that names which are not UTF-8 survive, and comparing by code unit is comparing by byte. Show it with {@link displayPath}.
 */
export type BytePath = string & { readonly [brand]: "BytePath" };

/** The bytes of a path written as text (a glob, an option, a file name in a message). */
export function bytePath(text: string): BytePath {
  return brandBytes(Buffer.from(text, "utf8").toString("latin1"));
}

/** A path read from the disk, from git or from a layer, as raw bytes. */
export function bytePathFrom(bytes: Uint8Array): BytePath {
  return brandBytes(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1"));
}

/** The raw bytes, to hand to the file system. */
export function pathBytes(path: BytePath): Buffer {
  return Buffer.from(path, "latin1");
}

/** The path for a reader: UTF-8 decoded, with U+FFFD where the bytes are none. Never used to open or compare anything. */
export function displayPath(path: BytePath): string {
  return Buffer.from(path, "latin1").toString("utf8");
}

function brandBytes(latin1: string): BytePath {
  assertBytes(latin1);
  return latin1;
}

/** Decoding as latin1 gives nothing but bytes, so there is nothing to look at. */
function assertBytes(_latin1: string): asserts _latin1 is BytePath {}
