import type { CapturedLayer } from "@fresco/ports";
import type { Change, Container, EngineApi, ImageFacts } from "./engine-api.ts";
import { flatten } from "./flatten.ts";
import { LAYER_LABEL, labelInstruction } from "./labels.ts";
import { announceImage, recordImage } from "./layer-image.ts";
import { WORKSPACE } from "./script.ts";

/** The Engine refuses a commit on an image of this many layers (its own limit is 125). */
const MOST_LAYERS = 120;

/** No part of the system. */
const ELSEWHERE = [WORKSPACE, "/tmp", "/run", "/proc", "/dev", "/sys"];

export interface CaptureRequest {
  readonly engine: EngineApi;
  readonly container: Container;
  /** What the container was made of. */
  readonly image: ImageFacts;
  readonly into: { readonly id: string; readonly path: string };
  readonly repository: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly inspect: (name: string) => Promise<ImageFacts | undefined>;
}

/** Keeps what a step changed in the system as an image; `undefined` when that is nothing. */
export async function captureImage(request: CaptureRequest): Promise<CapturedLayer | undefined> {
  const { container, into, repository } = request;
  const listed = await container.changes();
  // Where there are none the Engine answers null, which the library hands over as it came.
  const changes = isChanges(listed) ? listed.filter(({ Path }) => !isElsewhere(Path)) : [];
  if (changes.length === 0) return undefined;
  const { digest, image } = announceImage(into.path, repository);
  const options = { repo: repository, tag: digest, changes: labelInstruction({ ...request.labels, [LAYER_LABEL]: into.path }) };
  const isFull = (request.image.RootFS.Layers?.length ?? 0) >= MOST_LAYERS;
  const committed = isFull ? await flatten(request.engine, container, options) : await container.commit({ ...options, pause: false });
  recordImage(into.path, image, committed.Id);
  const facts = await request.inspect(committed.Id);
  const bytes = Math.max(0, (facts?.Size ?? 0) - request.image.Size);
  return { ...into, digest, bytes, entries: changes.length, footprint: [] };
}

function isChanges(listed: unknown): listed is readonly Change[] {
  return Array.isArray(listed);
}

function isElsewhere(path: string): boolean {
  return ELSEWHERE.some((directory) => path === directory || path.startsWith(`${directory}/`));
}
