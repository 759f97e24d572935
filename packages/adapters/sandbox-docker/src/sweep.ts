import { existsSync } from "node:fs";
import { removeContainer } from "./attached.ts";
import { statusOf } from "./connect.ts";
import type { EngineApi, ListedImage } from "./engine-api.ts";
import { filterOf, LAYER_LABEL, SCOPE_LABEL } from "./labels.ts";
import type { Marks } from "./labels.ts";
import { removeImageOrLeave } from "./layer-image.ts";

/**
 * Removes everything that an owner left in the Engine, found by its marks: containers first, since volumes, networks and images are in use by them;
 * then volumes, and images of layers that went with a run or whose directory is gone. What anybody else made has other marks.
 * @param going Directories that are about to be removed.
 */
export async function sweep(engine: EngineApi, marks: Pick<Marks, "store" | "owner">, going: readonly string[]): Promise<void> {
  const filters = filterOf(marks);
  const containers = await engine.listContainers({ all: true, filters });
  await Promise.all(containers.map(({ Id }) => removeContainer(engine.getContainer(Id))));
  const { Volumes } = await engine.listVolumes({ filters });
  await Promise.all((Volumes ?? []).map(({ Name }) => removeVolume(engine, Name)));
  const images = (await engine.listImages({ filters })).filter((image) => isLeft(image, going));
  for (const { Id, RepoTags } of images) {
    const names = (RepoTags ?? []).filter((name) => name.startsWith(`fresco-${marks.store}/`));
    for (const name of names.length === 0 ? [Id] : names) await removeImageOrLeave(engine, name);
  }
}

function isLeft({ Labels }: ListedImage, going: readonly string[]): boolean {
  const scope = Labels?.[SCOPE_LABEL];
  const layer = Labels?.[LAYER_LABEL];
  return scope === "run" || (scope === "cache" && layer !== undefined && (going.includes(layer) || !existsSync(layer)));
}

async function removeVolume(engine: EngineApi, name: string): Promise<void> {
  try {
    await engine.getVolume(name).remove({ force: true });
  } catch (error) {
    if (statusOf(error) !== 404) throw error;
  }
}
