import { join } from "node:path";
import type { CompleteDirectory, Store } from "@fresco/ports";

/** An image that was unpacked for the Linux sandbox. */
export interface AddedImage {
  readonly id: string;
  readonly name: string;
  /** Of its content and of what it says of its commands. */
  readonly digest: string;
  readonly bytes: number;
  readonly rootfs: string;
  /** The file that holds what the image says of its commands. */
  readonly config: string;
}

/** Where in the store's directory the root file system is: beside the completion mark. */
export function rootfsIn(directory: string): string {
  return join(directory, "rootfs");
}

/** Where what the image says of its commands is. */
export function configIn(directory: string): string {
  return join(directory, "config.json");
}

/** What the store remembers of an added image. */
export function noteOf(name: string, digest: string): string {
  return `${name} ${digest}`;
}

/** All of them, newest first. */
export async function addedImages(store: Store): Promise<readonly AddedImage[]> {
  return (await store.directories.list("image")).map(added);
}

/** The image of this name, leased to the owner. */
export async function findAddedImage(store: Store, name: string, owner: string): Promise<AddedImage | undefined> {
  for (const directory of await store.directories.list("image", `${name} `)) {
    if (await store.directories.lease(directory.id, owner)) return added(directory);
  }
  return undefined;
}

function added({ id, path, note, bytes }: CompleteDirectory): AddedImage {
  const space = note.lastIndexOf(" ");
  return { id, name: note.slice(0, space), digest: note.slice(space + 1), bytes, rootfs: rootfsIn(path), config: configIn(path) };
}
