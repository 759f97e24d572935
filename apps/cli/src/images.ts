import { createHash } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { configOf, digestOf, type ImageConfig, type ImageSource, unpackImage } from "@fresco/image-rootfs";
import { FrescoError, type Owner } from "@fresco/ports";
import { chooseEndpoint, exportImage } from "@fresco/sandbox-docker";
import { addedImages, configIn, noteOf, rootfsIn } from "./added-images.ts";
import { columns, print } from "./output/print.ts";
import { openStore, type StoreSession } from "./session.ts";

/** Where an image is to come from, in the words of the command. */
export interface AskedSource {
  readonly kind: "docker" | "tar" | "dir";
  readonly value: string;
}

/** Unpacks an image under a name, in place of what had that name. */
export async function addImage(name: string, source: AskedSource): Promise<number> {
  await using session = await openStore();
  const { store, processes, clock } = session;
  const owner = await store.owners.open({ process: processes.self(), startedAt: clock.now() });
  try {
    const digest = await addAs(name, source, session, owner);
    process.stderr.write(`added ${name}: ${digest.slice(0, 12)}\n`);
    return 0;
  } finally {
    await rm(owner.directory, { recursive: true, force: true });
    await owner[Symbol.asyncDispose]();
  }
}

async function addAs(name: string, source: AskedSource, { store, layers }: StoreSession, owner: Owner): Promise<string> {
  const [directory] = await store.directories.reserve("image", owner.id, 1);
  if (directory === undefined) throw new Error("nothing was reserved");
  const rootfs = rootfsIn(directory.path);
  try {
    const text = JSON.stringify(await unpack(source, (from) => unpackImage(from, rootfs, join(owner.directory, "image"))));
    await writeFile(configIn(directory.path), text, { mode: 0o600 });
    const { digest: content, bytes } = await digestOf(rootfs);
    const digest = createHash("sha256").update(`${content} ${text}`).digest("hex");
    await layers.sync([{ id: directory.id, digest, path: directory.path }]);
    await store.directories.complete(directory.id, { bytes, note: noteOf(name, digest) });
    await removeOthers(store, name, directory.id);
    return digest;
  } catch (error) {
    await rm(directory.path, { recursive: true, force: true });
    await store.directories.forget([directory.id]);
    throw error;
  }
}

async function unpack({ kind, value }: AskedSource, into: (source: ImageSource) => Promise<ImageConfig>): Promise<ImageConfig> {
  if (kind === "tar") return into({ type: "tar", path: value });
  if (kind === "dir") return into({ type: "directory", path: value });
  const onProgress = (text: string): void => void process.stderr.write(`note: ${text}\n`);
  const { env, user } = await exportImage(chooseEndpoint(process.env), process.env, value, onProgress, (stream) =>
    into({ type: "stream", stream }),
  );
  return configOf(env, user);
}

export async function listImages(): Promise<number> {
  await using session = await openStore();
  const rows = (await addedImages(session.store)).map(({ name, digest, bytes }) => [
    name,
    digest.slice(0, 12),
    `${Math.ceil(bytes / 1e6)} MB`,
  ]);
  await print(columns(rows));
  return 0;
}

/** @throws FrescoError `image.unknown`. */
export async function removeImage(name: string): Promise<number> {
  await using session = await openStore();
  const { store } = session;
  if (!(await addedImages(store)).some((image) => image.name === name)) {
    throw new FrescoError("image.unknown", `no image was added as ${name}`, { kind: "input", hint: "`fresco image list` names them" });
  }
  await removeOthers(store, name, undefined);
  return 0;
}

/** Those of this name but for one. What a run stands on stays until that run has ended. */
async function removeOthers(store: StoreSession["store"], name: string, but: string | undefined): Promise<void> {
  const keep = (await addedImages(store)).filter((image) => image.name !== name || image.id === but).map(({ id }) => id);
  const going = await store.directories.condemn("image", keep);
  for (const { path } of going) await rm(path, { recursive: true, force: true });
  await store.directories.forget(going.map(({ id }) => id));
}
