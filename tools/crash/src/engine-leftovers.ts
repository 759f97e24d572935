import { spawnSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Rows } from "./rows.ts";

/** Everything of this store's in the Engine that no row accounts for, each in one line; told without the product's code. */
export function engineLeftovers(state: string, rows: Rows): readonly string[] {
  const store = engineStore(state);
  const labelled = labelOf(store);
  const accounted = new Set(rows.layers.map(({ digest }) => `fresco-${store}/layer:${digest}`));
  return [
    ...listed("ps", "-a", "--filter", labelled, "--format", "{{.ID}} {{.Labels}}").map((line) => `container ${line}`),
    ...listed("volume", "ls", "--filter", labelled, "--format", "{{.Name}}").map((line) => `volume ${line}`),
    ...listed("network", "ls", "--filter", labelled, "--format", "{{.Name}}").map((line) => `network ${line}`),
    ...listed("image", "ls", "--filter", `reference=fresco-${store}/*`, "--format", "{{.Repository}}:{{.Tag}}")
      .filter((name) => !accounted.has(name))
      .map((name) => `image ${name}`),
    ...listed("image", "ls", "-q", "--filter", "dangling=true", "--filter", labelled).map((id) => `image ${id} without a name`),
  ];
}

/** The containers of this store's that run. */
export function containersOf(state: string): readonly string[] {
  return listed("ps", "-q", "--filter", labelOf(engineStore(state)));
}

function labelOf(store: string): string {
  return `label=dev.fresco.store=${store}`;
}

/** Is the image that a layer's directory names still the one that was recorded? */
export function isImageThere(layer: string): boolean {
  const [, name, id] = /"name":"([^"]+)","id":"([^"]+)"/.exec(readFileSync(join(layer, "image.json"), "utf8")) ?? [];
  return name !== undefined && listed("image", "inspect", "--format", "{{.Id}}", name)[0] === id;
}

/** Removes the images of a store whose directory goes. */
export function removeImages(state: string): void {
  const names = listed("image", "ls", "--filter", `reference=fresco-${engineStore(state)}/*`, "--format", "{{.Repository}}:{{.Tag}}");
  if (names.length > 0) spawnSync("docker", ["image", "rm", ...names], { stdio: "ignore" });
}

/** The word that a store's objects are marked with: an HMAC under the key that the store keeps to itself. */
export function engineStore(state: string): string {
  const database = new DatabaseSync(join(state, "store.db"), { readOnly: true, timeout: 5000 });
  try {
    const key = database.prepare("SELECT value FROM meta WHERE name = 'seal-key'").get()?.["value"];
    if (!(key instanceof Uint8Array)) throw new Error("the store has no key");
    return createHmac("sha256", key).update("docker engine").digest("hex").slice(0, 16);
  } finally {
    database.close();
  }
}

function listed(...args: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = spawnSync("docker", [...args], { encoding: "utf8" });
  if (status !== 0 && args[0] !== "image") throw new Error(`docker ${args.join(" ")}: ${stderr}`);
  return stdout.split("\n").filter((line) => line !== "");
}
