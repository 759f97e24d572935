import { isRecord, type ProjectFiles } from "./project-files.ts";

/** Where tools build to when nothing says otherwise. */
const BY_DEPENDENCY: Readonly<Record<string, string>> = {
  next: ".next",
  nuxt: ".output",
  "react-scripts": "build",
  "@sveltejs/kit": ".svelte-kit",
  gatsby: "public",
};

/** What a project's build leaves for others: what tsconfig.json or the entry points of package.json name, else `dist`. */
export function buildOutputs(project: ProjectFiles, manifest: Readonly<Record<string, unknown>>): readonly string[] {
  const framework = Object.keys(BY_DEPENDENCY).find((name) =>
    ["dependencies", "devDependencies"].some((kind) => names(manifest[kind], name)),
  );
  if (framework !== undefined) return [`/${BY_DEPENDENCY[framework]}`];
  const outDir = /"outDir"\s*:\s*"(?:\.\/)?([^".][^"]*?)\/?"/.exec(project.read("tsconfig.json") ?? "")?.[1];
  const entries = ["main", "module", "browser", "types", "bin", "exports"].flatMap((field) => pathsIn(manifest[field]));
  // An entry point that is there before the build is source.
  const built = entries.filter((path) => !project.has(path)).map((path) => path.split("/")[0] ?? path);
  const found = [...new Set([...(outDir === undefined ? [] : [outDir]), ...built])];
  return (found.length === 0 ? ["dist"] : found).map((path) => `/${path}`);
}

function names(dependencies: unknown, name: string): boolean {
  return isRecord(dependencies) && dependencies[name] !== undefined;
}

function pathsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return /^(?:\.\/)?[^./*][^*]*$/.test(value) ? [value.replace(/^\.\//, "")] : [];
  return isRecord(value) ? Object.values(value).flatMap(pathsIn) : [];
}
