import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { FrescoError } from "@fresco/ports";
import { tools } from "./tools.ts";

/**
 * Makes an overlay's sign for "nothing is here".
 * @throws FrescoError `sandbox.refused` where devices cannot be made.
 */
export async function makeWhiteout(path: string): Promise<void> {
  try {
    await promisify(execFile)(tools().mknod, [path, "c", "0", "0"], { env: { LC_ALL: "C" } });
  } catch (cause) {
    throw new FrescoError("sandbox.refused", `Overlay whiteouts cannot be made at ${path}.`, {
      hint: "Keep Fresco's state on a file system that holds device nodes, or run it as an ordinary user.",
      cause,
    });
  }
}
