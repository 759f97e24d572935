import type { ProjectFiles } from "./project-files.ts";
import { requirementFiles, requirementText } from "./python-requirements.ts";
import { check, files, type Recipe, type RecipeStep } from "./recipe.ts";
import { scanToml, stringsIn, type TomlScan } from "./toml.ts";

const PIP = ".venv/bin/python -m pip install";

/** Caches are no result of a step: outside of every layer they neither take space nor make layers differ. */
const ENV = { PIP_DISABLE_PIP_VERSION_CHECK: '"1"', PIP_NO_CACHE_DIR: '"1"', PYTHONDONTWRITEBYTECODE: '"1"' };

/** Extras of a project in which people keep what developing it needs. */
const DEVELOPMENT = ["dev", "develop", "test", "tests", "testing", "lint"];

/** A project with a pyproject.toml, a setup.py or requirements. */
export function recognisePython(project: ProjectFiles): Recipe | undefined {
  const marker = ["pyproject.toml", "setup.py", "requirements.txt"].filter((file) => project.has(file));
  if (marker.length === 0) return undefined;
  const toml = scanToml(project.read("pyproject.toml") ?? "");
  const install = installStep(project, toml);
  const python = install === undefined ? "python3" : ".venv/bin/python";
  const steps = [install, lintStep(project, toml, python), testStep(project, toml, python), buildStep(project, toml, python)];
  const found = steps.filter((step) => step !== undefined);
  const recognised = [...marker, ...LOCKS.filter(({ lock }) => project.has(lock)).map(({ lock }) => lock)].join(" with ");
  const notes = found.length === 0 ? ["Nothing to install, test or build was found: add steps for what you run."] : [];
  return { name: "python", recognised, steps: found, env: ENV, notes };
}

const COMMENT = "Runs again when one of these files changes, and sees nothing else of the project.";

/** Tools with a lock file of their own. */
const LOCKS = [
  { lock: "uv.lock", command: "uv sync --frozen --no-install-project --no-cache" },
  { lock: "poetry.lock", command: "POETRY_VIRTUALENVS_IN_PROJECT=true POETRY_CACHE_DIR=/tmp/poetry poetry install --no-root" },
  { lock: "pdm.lock", command: "pdm --no-cache sync --no-self" },
] as const;

function installStep(project: ProjectFiles, toml: TomlScan): RecipeStep | undefined {
  const locked = LOCKS.find(({ lock }) => project.has(lock));
  if (locked !== undefined)
    return { id: "install", comment: COMMENT, command: locked.command, cache: files("/pyproject.toml", `/${locked.lock}`) };
  const requirements = requirementFiles(project);
  if (requirements.entries.length > 0) {
    const options = requirements.entries.map((file) => `-r ${file}`).join(" ");
    const command = `python3 -m venv .venv\n${PIP} ${options}`;
    return { id: "install", comment: COMMENT, command, cache: files(...requirements.paths.map((path) => `/${path}`)) };
  }
  return declaredDependencies(toml);
}

/** Dependencies in pyproject.toml alone: installing the project would need its source, so only they are read out. */
function declaredDependencies(toml: TomlScan): RecipeStep | undefined {
  const extras = DEVELOPMENT.filter((name) => toml.value("project.optional-dependencies", name) !== undefined);
  const groups = DEVELOPMENT.filter((name) => toml.value("dependency-groups", name) !== undefined);
  if (stringsIn(toml.value("project", "dependencies")).length === 0 && extras.length + groups.length === 0) return undefined;
  const script = [
    "import tomllib",
    'd = tomllib.load(open("pyproject.toml", "rb"))',
    'p = d.get("project", {})',
    'l = list(p.get("dependencies", []))',
    ...extras.map((name) => `l += p["optional-dependencies"]["${name}"]`),
    ...groups.map((name) => `l += [x for x in d["dependency-groups"]["${name}"] if isinstance(x, str)]`),
    'print("\\n".join(l))',
  ].join("; ");
  const command = `python3 -m venv .venv\npython3 -c '${script}' > /tmp/requirements.txt\n${PIP} -r /tmp/requirements.txt`;
  const comment =
    "Without a lock file the package index decides what is installed: looked up again once a day. (tomllib needs Python 3.11.)";
  return { id: "install", comment, command, cache: { type: "files", globs: ["/pyproject.toml"], ttl: "1d" } };
}

function lintStep(project: ProjectFiles, toml: TomlScan, python: string): RecipeStep | undefined {
  const configured = toml.hasTable("tool.ruff") || project.has("ruff.toml") || project.has(".ruff.toml");
  return configured && mentions(project, "ruff") ? check("lint", `${python} -m ruff check .`) : undefined;
}

function testStep(project: ProjectFiles, toml: TomlScan, python: string): RecipeStep | undefined {
  const path = project.isDirectory("src") ? "PYTHONPATH=src " : "";
  if (mentions(project, "pytest")) return check("test", `${path}${python} -m pytest`);
  // pytest without being declared would be missing in the step.
  if (toml.hasTable("tool.pytest") || project.has("pytest.ini")) return undefined;
  const folder = ["tests", "test"].find((name) => project.any(`${name}/**/test*.py`));
  if (folder === undefined && !project.any("**/test*.py")) return undefined;
  // A folder that is no package is a root of its own for unittest.
  const where = folder === undefined ? "" : ` -s ${folder}${project.has(`${folder}/__init__.py`) ? " -t ." : ""}`;
  return check("test", `${path}${python} -m unittest discover${where}`);
}

function buildStep(project: ProjectFiles, toml: TomlScan, python: string): RecipeStep | undefined {
  if (!toml.hasTable("build-system") && !project.has("setup.py")) return undefined;
  const command = `${python} -m pip wheel --no-deps --wheel-dir dist .`;
  return { id: "build", command, cache: { type: "source" }, outputs: ["/dist"] };
}

/** Is the tool among what is installed? */
function mentions(project: ProjectFiles, tool: string): boolean {
  const declared = [
    requirementText(project),
    ...["pyproject.toml", ...LOCKS.map(({ lock }) => lock)].map((file) => project.read(file) ?? ""),
  ];
  return declared.some((text) => new RegExp(`^\\s*["']?${tool}\\b(?!\\s*=\\s*\\{)|["']${tool}\\b`, "m").test(text));
}
