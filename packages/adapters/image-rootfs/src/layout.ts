import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FrescoError } from "@fresco/ports";

const descriptor = z.object({ digest: z.string().regex(/^sha256:[0-9a-f]{64}$/), mediaType: z.string().optional() });
/** https://github.com/opencontainers/image-spec/blob/main/image-layout.md */
const index = z.object({ manifests: z.array(descriptor).min(1) });
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
/** What `docker save` wrote before it wrote OCI layouts. */
const saved = z.array(z.object({ Config: z.string(), Layers: z.array(z.string()) })).min(1);

/** What an unpacked archive holds, as paths. */
export interface Layout {
  /** Bottom to top. */
  readonly layers: readonly string[];
  readonly config: string;
}

/** `undefined`: it is no archive of an image but a root file system itself. */
export function layoutOf(directory: string): Layout | undefined {
  const [saving, layout] = ["manifest.json", "index.json"].map((name) => join(directory, name));
  if (saving !== undefined && existsSync(saving)) {
    const [{ Config, Layers } = { Config: "", Layers: [] }] = read(saving, saved);
    return { config: inside(directory, Config), layers: Layers.map((name) => inside(directory, name)) };
  }
  if (layout !== undefined && existsSync(layout) && existsSync(join(directory, "oci-layout")))
    return ociLayout(directory, read(layout, index));
  return undefined;
}

function ociLayout(directory: string, { manifests }: z.infer<typeof index>): Layout {
  const [first] = manifests;
  if (manifests.length !== 1 || first === undefined) {
    throw new FrescoError("image.archive", `the archive holds ${manifests.length} images`, { kind: "input", hint: "save one image alone" });
  }
  const path = blob(directory, first.digest);
  // An image for several platforms is an index within the index.
  const nested = index.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (nested.success) return ociLayout(directory, nested.data);
  const { config, layers } = read(path, manifest);
  return { config: blob(directory, config.digest), layers: layers.map(({ digest }) => blob(directory, digest)) };
}

function blob(directory: string, digest: string): string {
  return inside(directory, `blobs/${digest.replace(":", "/")}`);
}

/** Names come from the archive. */
function inside(directory: string, name: string): string {
  if (name.startsWith("/") || name.split("/").includes("..")) {
    throw new FrescoError("image.archive", `the archive names a layer outside of itself: ${name}`, { kind: "input" });
  }
  return join(directory, name);
}

function read<T>(path: string, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  if (parsed.success) return parsed.data;
  throw new FrescoError("image.archive", `${path} is not what an archive of an image has there: ${z.prettifyError(parsed.error)}`, {
    kind: "input",
  });
}
