import { type CommandOptions, parseArguments, usageError } from "../arguments.ts";

export const summary = "keep images as root file systems, for steps without a Docker Engine";
export const usage = "fresco image add NAME (--docker IMAGE | --tar FILE | --dir DIR) | list | remove NAME";
export const options: CommandOptions = {
  docker: { type: "string", value: "IMAGE", help: "take it from the Docker Engine, which fetches it where it is missing" },
  tar: { type: "string", value: "FILE", help: "an archive of `docker save`, an OCI archive, or a tar of a root file system" },
  dir: { type: "string", value: "DIR", help: "a directory that holds a root file system" },
};

/** `fresco image`. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 2, usage });
  const [verb = "list", name] = parsed.positionals;
  const { addImage, listImages, removeImage } = await import("../images.ts");
  if (verb === "list" && name === undefined) return listImages();
  if (verb === "remove" && name !== undefined) return removeImage(name);
  if (verb !== "add" || name === undefined) throw usageError("usage.image", "say what to do: add NAME, list, or remove NAME", usage);
  const sources = (["docker", "tar", "dir"] as const).flatMap((kind) => {
    const value = parsed.text(kind);
    return value === undefined ? [] : [{ kind, value }];
  });
  const [source] = sources;
  if (source === undefined || sources.length > 1) throw usageError("usage.image", "name one of --docker, --tar and --dir", usage);
  return addImage(name, source);
}
