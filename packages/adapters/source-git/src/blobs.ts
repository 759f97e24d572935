import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { FrescoError } from "@fresco/ports";
import { git, type GitContext } from "./git.ts";
import { gitObject } from "./objects.ts";

/**
 * The contents of these blobs, in this order. Loose ones are read directly, the rest by one git process.
 * @throws FrescoError `source.damaged` when one is missing or is not what its id says.
 */
export async function readBlobs(objects: string, context: GitContext, ids: readonly string[]): Promise<readonly Buffer[]> {
  const found = new Map<string, Buffer>();
  for (const id of new Set(ids)) {
    const content = await readLooseBlob(objects, id);
    if (content !== undefined) found.set(id, content);
  }
  const others = [...new Set(ids)].filter((id) => !found.has(id));
  if (others.length > 0) {
    const { stdout } = await git(context, ["cat-file", "--batch"], { input: Buffer.from(others.map((id) => `${id}\n`).join("")) });
    for (const [id, content] of parseBatch(stdout)) found.set(id, content);
  }
  return ids.map((id) => found.get(id) ?? damaged(id));
}

async function readLooseBlob(objects: string, id: string): Promise<Buffer | undefined> {
  try {
    const bytes = inflateSync(await readFile(join(objects, id.slice(0, 2), id.slice(2))));
    const content = bytes.subarray(bytes.indexOf(0) + 1);
    return gitObject("blob", content).id === id ? content : undefined;
  } catch {
    // Missing, or cut short by a power cut: git may have it elsewhere.
    return undefined;
  }
}

/** `<id> blob <size>\n<content>\n` for each; a missing one has no content and is left out. */
function* parseBatch(output: Buffer): Generator<readonly [string, Buffer]> {
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf(10, at);
    const [id = "", type, size = "0"] = output.toString("latin1", at, end).split(" ");
    at = end + 1;
    if (type !== "blob") continue;
    yield [id, output.subarray(at, at + Number(size))];
    at += Number(size) + 1;
  }
}

function damaged(id: string): never {
  throw new FrescoError("source.damaged", `the object ${id} of the frozen source is missing or damaged`, {
    hint: "the next run freezes the source anew; if this comes back, remove Fresco's state directory of the project",
  });
}
