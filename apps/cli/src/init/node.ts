import { type PackageManager, packageManager } from "./node-package-manager.ts";
import { buildOutputs } from "./node-outputs.ts";
import { isRecord, type ProjectFiles } from "./project-files.ts";
import { check, type Recipe, type RecipeCache, type RecipeStep } from "./recipe.ts";
import { userSettings } from "./node-user-settings.ts";

/** Scripts that become steps. */
const SCRIPTS = ["lint", "typecheck", "test", "build"] as const;

/** Scripts of the project that its own installation runs. */
const LIFECYCLE = ["preinstall", "install", "postinstall", "prepublish", "preprepare", "prepare", "postprepare"];

/** These install git hooks, do nothing without a repository, and read no source. */
const GIT_HOOKS = /^(?:husky|simple-git-hooks|lefthook|is-ci)\b/;

/** What `npm init` writes. */
const NO_TEST = /no test specified/;

/** A project with a package.json. @param userConfiguration the text of the user's `~/.npmrc`. @throws FrescoError `init.unreadable`. */
export function recogniseNode(project: ProjectFiles, userConfiguration: string | undefined): Recipe | undefined {
  const manifest = project.object("package.json");
  if (manifest === undefined) return undefined;
  const manager = packageManager(project, manifest);
  const scripts = isRecord(manifest["scripts"]) ? manifest["scripts"] : {};
  const install = installStep(project, manifest, manager, scripts);
  const steps = SCRIPTS.flatMap((name) => scriptStep(name, scripts[name], { project, manifest, manager }));
  const settings = userSettings(userConfiguration);
  return {
    name: "node",
    recognised: `package.json${manager.lock === undefined ? " without a lock file" : ` with ${manager.lock}`}`,
    steps: [...(install === undefined ? [] : [install]), ...steps],
    env: { ...manager.env, ...settings.env },
    notes: [
      ...settings.notes,
      ...(install !== undefined && manager.lock === undefined
        ? ["There is no lock file, so dependencies are resolved again every day; commit a lock file to install them only when they change."]
        : []),
      ...(steps.length === 0 ? ["package.json has none of the scripts lint, typecheck, test and build: add steps for what you run."] : []),
    ],
  };
}

function installStep(
  project: ProjectFiles,
  manifest: Readonly<Record<string, unknown>>,
  manager: PackageManager,
  scripts: Readonly<Record<string, unknown>>,
): RecipeStep | undefined {
  const workspaces = manifest["workspaces"] !== undefined || project.has("pnpm-workspace.yaml");
  if (manager.lock === undefined && !workspaces && !hasDependencies(manifest)) return undefined;
  const reading = LIFECYCLE.filter((name) => typeof scripts[name] === "string" && !GIT_HOOKS.test(scripts[name]));
  if (reading.length > 0) {
    const comment = `Sees the whole project, since installing runs its own scripts too (${reading.join(", ")}).`;
    return { id: "install", comment, command: manager.install, cache: { type: "source" } };
  }
  const comment =
    manager.lock === undefined
      ? "Without a lock file the registry decides what is installed: looked up again once a day."
      : "Runs again when one of these files changes, and sees nothing else of the project.";
  return { id: "install", comment, command: manager.install, cache: dependencyFiles(project, manager, workspaces) };
}

function dependencyFiles(project: ProjectFiles, manager: PackageManager, workspaces: boolean): RecipeCache {
  const globs = [
    workspaces ? "package.json" : "/package.json",
    ...(manager.lock === undefined ? [] : [`/${manager.lock}`]),
    ...[...manager.configuration, "patches"].filter((path) => project.has(path)).map((path) => `/${path}`),
  ];
  return { type: "files", globs, ...(manager.lock === undefined ? { ttl: "1d" } : {}) };
}

function hasDependencies(manifest: Readonly<Record<string, unknown>>): boolean {
  const kinds = ["dependencies", "devDependencies", "optionalDependencies", "peerDependencies"];
  return kinds.some((kind) => isRecord(manifest[kind]) && Object.keys(manifest[kind]).length > 0);
}

interface ScriptContext {
  readonly project: ProjectFiles;
  readonly manifest: Readonly<Record<string, unknown>>;
  readonly manager: PackageManager;
}

function scriptStep(name: (typeof SCRIPTS)[number], script: unknown, { project, manifest, manager }: ScriptContext): readonly RecipeStep[] {
  if (typeof script !== "string" || NO_TEST.test(script)) return [];
  const command = `${manager.run} ${name}`;
  if (name !== "build") return [check(name, command)];
  return [{ id: name, command, cache: { type: "source" }, outputs: buildOutputs(project, manifest) }];
}
