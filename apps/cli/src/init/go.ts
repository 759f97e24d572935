import type { ProjectFiles } from "./project-files.ts";
import { check, files, type Recipe, type RecipeStep } from "./recipe.ts";

/** A module or a workspace of Go. */
export function recogniseGo(project: ProjectFiles): Recipe | undefined {
  const text = project.read("go.mod");
  if (text === undefined) return undefined;
  const needsModules = /^\s*require\b/m.test(text);
  const hasVendor = project.isDirectory("vendor");
  const checks = [check("lint", inModules("go vet ./...")), check("test", inModules("go test ./..."))];
  const build: RecipeStep = {
    id: "build",
    command: inModules("mkdir -p bin\ngo build -o bin/ ./..."),
    cache: { type: "source" },
    outputs: ["/bin"],
  };
  return {
    name: "go",
    recognised: `go.mod${project.has("go.sum") ? " with go.sum" : ""}`,
    steps: [...(needsModules && !hasVendor ? [downloadStep(project)] : []), ...checks, build],
    // The build cache is no result of a step; `-buildvcs=false`, since a step sees no repository.
    env: { GOCACHE: '"/tmp/go-build"', GOFLAGS: '"-modcacherw -buildvcs=false"' },
    notes: [],
  };
}

function downloadStep(project: ProjectFiles): RecipeStep {
  const patterns = ["/go.mod", ...["go.sum", "go.work", "go.work.sum"].filter((file) => project.has(file)).map((file) => `/${file}`)];
  return {
    id: "install",
    comment: "Downloads modules; runs again when one of these files changes.",
    command: inModules("go mod download"),
    cache: files(...patterns),
    outputs: ["/.go-modules"],
  };
}

/** Modules lie below the workspace, so that they pass on whether or not the system can be changed; go wants an absolute path. */
function inModules(command: string): string {
  return `export GOMODCACHE="$PWD/.go-modules"\n${command}`;
}
