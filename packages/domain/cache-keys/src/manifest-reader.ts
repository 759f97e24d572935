import { bytePathFrom, type BytePath } from "@fresco/pipeline";
import type { LayerEntry, LayerNode } from "./layer-entry.ts";

/** Reads the records of a manifest one by one. Every failure goes through `damaged`, so that the caller's error names the manifest. */
export class ManifestReader {
  readonly #body: string;
  readonly #damaged: (problem: string) => Error;
  #at = 0;

  constructor(body: string, damaged: (problem: string) => Error) {
    this.#body = body;
    this.#damaged = damaged;
  }

  get atEnd(): boolean {
    return this.#at === this.#body.length;
  }

  entry(): LayerEntry {
    const entry = this.#record(this.#take());
    if (this.#take() !== "\n") throw this.#unreadable();
    return entry;
  }

  #record(type: string): LayerEntry {
    switch (type) {
      case "f":
        return { type: "file", ...this.#node(), size: this.#number(), content: this.#slice(64), ...this.#link() };
      case "d":
        return { type: "directory", ...this.#node() };
      case "l":
        return { type: "symlink", ...this.#node(), target: this.#path() };
      case "p":
        return { type: "fifo", ...this.#node() };
      case "b":
      case "c":
        return {
          type: "device",
          ...this.#node(),
          device: type === "b" ? "block" : "character",
          major: this.#number(),
          minor: this.#number(),
        };
      case "x":
      case "X":
        return { type: "deleted", path: this.#path(), directory: type === "X" };
      default:
        throw this.#unreadable();
    }
  }

  #node(): LayerNode {
    const node = { path: this.#path(), mode: this.#number(8), uid: this.#number(), gid: this.#number() };
    const count = this.#number();
    return count === 0 ? node : { ...node, xattrs: this.#attributes(count) };
  }

  #attributes(count: number): Record<string, string> {
    const attributes: [string, string][] = [];
    while (attributes.length < count) attributes.push([this.#text(), this.#text()]);
    return Object.fromEntries(attributes);
  }

  #link(): { link: BytePath } | undefined {
    switch (this.#take()) {
      case "-":
        return undefined;
      case "=":
        return { link: this.#path() };
      default:
        throw this.#unreadable();
    }
  }

  #path(): BytePath {
    return bytePathFrom(Buffer.from(this.#text(), "latin1"));
  }

  #text(): string {
    return this.#slice(this.#number(10, ":"));
  }

  #number(radix: 8 | 10 = 10, end = " "): number {
    const stop = this.#body.indexOf(end, this.#at);
    const value = stop < 0 ? Number.NaN : Number.parseInt(this.#body.slice(this.#at, stop), radix);
    if (!Number.isSafeInteger(value) || value < 0) throw this.#unreadable();
    this.#at = stop + 1;
    return value;
  }

  #slice(length: number): string {
    const end = this.#at + length;
    if (end > this.#body.length) throw this.#unreadable();
    const part = this.#body.slice(this.#at, end);
    this.#at = end;
    return part;
  }

  #take(): string {
    return this.#slice(1);
  }

  #unreadable(): Error {
    return this.#damaged(`it cannot be read at byte ${this.#at}`);
  }
}

/** Relative, below the root, in its one spelling: no empty, `.` or `..` part, no NUL. */
export function isEntryPath(path: string): boolean {
  return path.length > 0 && !/(?:^|\/)(?:\.{0,2})(?:\/|$)|\0/.test(path);
}
