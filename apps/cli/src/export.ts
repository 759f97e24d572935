import { lstat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { RunResult } from "@fresco/engine";
import { displayPath, type IR, pathBytes } from "@fresco/pipeline";
import { nearest } from "@fresco/planner";
import { FrescoError, type Layers } from "@fresco/ports";

export interface ExportRequest {
  readonly step: string;
  readonly directory: string;
}

export interface ExportContext {
  readonly ir: IR;
  readonly layers: Layers;
  /** When the run began, in milliseconds: a file that changed later is not written over. */
  readonly beganAt: number;
  readonly force: boolean;
}

/** Before anything runs. @throws FrescoError `export.unknown-step` with the nearest names. */
export function checkExports(requests: readonly ExportRequest[], ir: IR): void {
  const ids = ir.steps.map(({ id }) => id);
  const unknown = requests.filter(({ step }) => !ids.includes(step));
  if (unknown.length === 0) return;
  const lines = unknown.map(({ step }) => {
    const near = nearest(step, ids);
    return `there is no step "${step}" to export${near.length === 0 ? "" : `; did you mean ${near.join(" or ")}?`}`;
  });
  throw new FrescoError("export.unknown-step", lines.join("\n"), {
    kind: "input",
    hint: `the steps of "${ir.pipeline}": ${ids.join(", ")}`,
  });
}

/**
 * Copies the outputs of steps out of their layers.
 * @throws FrescoError `export.refused` with every file that is in the way; nothing was written then.
 */
export async function exportResults(
  requests: readonly ExportRequest[],
  result: RunResult,
  { ir, layers, beganAt, force }: ExportContext,
): Promise<void> {
  const { exportOutputs } = await import("@fresco/workspace-cow");
  for (const request of requests) {
    const layer = result.jobs.find(({ job }) => job === request.step)?.workspace;
    const directory = resolve(request.directory);
    const outcome = await exportOutputs({
      layers,
      from: layer === undefined ? [] : [layer],
      outputs: ir.steps.find(({ id }) => id === request.step)?.outputs ?? null,
      directory,
      unchanged: async (path) => (await lstat(Buffer.concat([Buffer.from(join(directory, "/")), pathBytes(path)]))).ctimeMs < beganAt,
      force,
    });
    if (outcome.type === "exported") {
      process.stderr.write(`exported ${request.step}: ${outcome.paths.length} paths to ${directory}\n`);
      continue;
    }
    const lines = outcome.problems.map(({ path, reason }) => `${join(directory, displayPath(path))}: ${REASONS[reason]}`);
    throw new FrescoError("export.refused", `the outputs of ${request.step} were not copied:\n${lines.join("\n")}`, {
      kind: "input",
      hint: "move these away, choose another directory, or pass --force to write over changed files",
    });
  }
}

const REASONS = {
  changed: "changed since the run began",
  "in-the-way": "something else is in the way",
  symlink: "a directory above it is a symlink",
  special: "is no file, directory or symlink",
} as const;
