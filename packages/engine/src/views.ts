import type { ViewEntry } from "@fresco/cache-keys";
import { type IRStep, policyGlobs } from "@fresco/pipeline";
import { FrescoError, type FrozenSource } from "@fresco/ports";

/** What a step may see of the source. */
export type StepView = { readonly type: "everything" } | { readonly type: "files"; readonly entries: readonly ViewEntry[] };

/**
 * The views of all these steps.
 * @throws FrescoError `view.unmatched` naming every pattern that lets in nothing although it must, before anything runs.
 */
export async function resolveViews(source: FrozenSource, steps: readonly IRStep[]): Promise<ReadonlyMap<string, StepView>> {
  const views = new Map<string, StepView>();
  const unmatched: { step: string; pattern: string }[] = [];
  for (const step of steps) {
    const lists = policyGlobs(step.cache);
    if (lists === "everything") {
      views.set(step.id, { type: "everything" });
      continue;
    }
    const parts = lists.map((globs) => source.view(globs));
    unmatched.push(...parts.flatMap((part) => part.unmatched.map((pattern) => ({ step: step.id, pattern }))));
    views.set(step.id, { type: "files", entries: union(parts.map(({ entries }) => entries)) });
  }
  if (unmatched.length > 0) throw await unmatchedError(source, unmatched);
  return views;
}

async function unmatchedError(source: FrozenSource, unmatched: readonly { step: string; pattern: string }[]): Promise<FrescoError> {
  const lines = await Promise.all(
    unmatched.map(async ({ step, pattern }) => {
      const ignored = await source.ignoredMatches(pattern);
      const why = ignored.length === 0 ? "" : `; git ignores ${ignored.join(", ")}, which it would match`;
      return `step "${step}": onChange("${pattern}") matches nothing in the source${why}`;
    }),
  );
  return new FrescoError("view.unmatched", lines.join("\n"), {
    kind: "input",
    hint: "correct the pattern (it is anchored at the project's root; `**/` reaches into directories), or say optional(…) where nothing may match",
  });
}

function union(lists: readonly (readonly ViewEntry[])[]): readonly ViewEntry[] {
  const [only, ...others] = lists;
  if (only === undefined || others.length === 0) return only ?? [];
  const entries = new Map(lists.flat().map((entry) => [entry.path, entry]));
  return [...entries.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
