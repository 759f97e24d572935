import { type BytePath, bytePathFrom, pathBytes } from "@fresco/pipeline";

const slash = Buffer.from("/");

/** The raw path of an entry of a directory. Names need not be UTF-8. */
export function child(directory: Buffer, name: Buffer): Buffer {
  return Buffer.concat([directory, slash, name]);
}

/** Where a layer's or view's path lies beneath a directory. */
export function under(root: Buffer, path: BytePath): Buffer {
  return path === "" ? root : Buffer.concat([root, slash, pathBytes(path)]);
}

/** The relative path of an entry: the inverse of {@link under}, one step deep. */
export function childPath(directory: BytePath, name: Buffer): BytePath {
  return directory === "" ? bytePathFrom(name) : bytePathFrom(Buffer.concat([pathBytes(directory), slash, name]));
}

/** The root of a tree. */
export const ROOT: BytePath = bytePathFrom(new Uint8Array());

/** The directory that holds a path; `undefined` for the root. */
export function parentOf(path: BytePath): BytePath | undefined {
  if (path === "") return undefined;
  const end = path.lastIndexOf("/");
  return end < 0 ? ROOT : cut(path, end);
}

/** The directories above a path, nearest first, without the root. */
export function* ancestorsOf(path: BytePath): Generator<BytePath> {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) yield cut(path, end);
}

/** Is `path` beneath `directory`, or the same? */
export function within(directory: string, path: string): boolean {
  return directory === "" || path === directory || (path.startsWith(directory) && path[directory.length] === "/");
}

/** Ordering by byte, which every manifest and digest uses. */
export function comparePaths(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function cut(path: BytePath, end: number): BytePath {
  return bytePathFrom(Buffer.from(path.slice(0, end), "latin1"));
}
