import { createHash } from "node:crypto";
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ViewEntry } from "@fresco/cache-keys";
import { displayPath, type IR } from "@fresco/pipeline";
import type { LoadProblem } from "@fresco/pipeline-loader";
import { FrescoError, type FrozenSource, type Store } from "@fresco/ports";
import { VERSION } from "./version.ts";

export interface LoadRequest {
  readonly source: FrozenSource;
  readonly store: Store;
  /** The owner's directory: the frozen files are laid out below it while they are loaded. */
  readonly scratch: string;
  /** The user's path of the project's root. */
  readonly project: string;
}

/**
 * The project's pipelines. Loading is a function of `.fresco/**` and of this version of Fresco and Node, so its result is cached by these.
 * @throws FrescoError `pipeline.*` with everything that is wrong.
 */
export async function loadProject({ source, store, scratch, project }: LoadRequest): Promise<readonly IR[]> {
  const { entries } = source.view([{ pattern: ".fresco/**", optional: true }]);
  if (entries.length === 0) throw await invisibleError(source);
  const seen = entries.map(({ path, mode, object }) => `${mode} ${object} ${path.length} ${path}`);
  const key = createHash("sha256")
    .update([VERSION, process.version, ...seen].join("\n"), "latin1")
    .digest("hex");
  const cached = await store.pipelines.get(key);
  // Written by the lines below and by nothing else: it was validated then.
  if (cached !== undefined) return parseOwn(cached);
  const directory = join(scratch, "pipeline");
  try {
    await layOut(source, entries, directory);
    const { loadPipelines } = await import("@fresco/pipeline-loader");
    const outcome = await loadPipelines({
      directory,
      displayDirectory: project,
      dslModule: fileURLToPath(new URL("./index.js", import.meta.url)),
    });
    if (outcome.type === "failed") throw problemsError(outcome.problems);
    await store.pipelines.put(key, JSON.stringify(outcome.pipelines));
    return outcome.pipelines;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** The frozen files, not the ones on the disk: those may be edited meanwhile. */
async function layOut(source: FrozenSource, entries: readonly ViewEntry[], directory: string): Promise<void> {
  for (const entry of entries) {
    const path = join(directory, displayPath(entry.path));
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const content = await source.read(entry);
    if (entry.mode === "120000") await symlink(Buffer.from(content), path);
    else await writeFile(path, content, { mode: 0o600 });
  }
}

function parseOwn(text: string): readonly IR[] {
  const pipelines: unknown = JSON.parse(text);
  if (!isOwn(pipelines)) throw new Error("the store has something else where pipelines are kept");
  return pipelines;
}

/** What was validated before it was stored is not validated again: every run would pay for it. */
function isOwn(value: unknown): value is readonly IR[] {
  return Array.isArray(value);
}

async function invisibleError(source: FrozenSource): Promise<FrescoError> {
  const ignored = await source.ignoredMatches(".fresco/**");
  return ignored.length > 0
    ? new FrescoError("pipeline.ignored", `git ignores ${ignored.join(", ")}, so no run can see the pipeline`, {
        kind: "input",
        hint: "take .fresco out of .gitignore (a `!.fresco/` after the line that ignores it)",
      })
    : new FrescoError("pipeline.none", "there is no pipeline in .fresco", { kind: "input", hint: "`fresco init` writes a first one" });
}

function problemsError(problems: readonly LoadProblem[]): FrescoError {
  const [first] = problems;
  const texts = problems.map(({ file, line, column, message, excerpt, hint }) => {
    const place = file === undefined ? "" : `${file}${line === undefined ? "" : `:${line}${column === undefined ? "" : `:${column}`}`}: `;
    return [
      `${place}${message}`,
      ...(excerpt === undefined ? [] : [excerpt]),
      ...(problems.length > 1 && hint !== undefined ? [`hint: ${hint}`] : []),
    ].join("\n");
  });
  const hint = problems.length === 1 ? first?.hint : undefined;
  return new FrescoError(first?.code ?? "pipeline.invalid", texts.join("\n"), { kind: "input", ...(hint === undefined ? {} : { hint }) });
}
