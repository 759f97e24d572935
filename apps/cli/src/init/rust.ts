import type { ProjectFiles } from "./project-files.ts";
import { check, type Recipe, type RecipeStep } from "./recipe.ts";
import { scanToml, stringsIn } from "./toml.ts";

/** A project with a Cargo.toml. */
export function recogniseRust(project: ProjectFiles): Recipe | undefined {
  const text = project.read("Cargo.toml");
  if (text === undefined) return undefined;
  const manifest = scanToml(text);
  const isLocked = project.has("Cargo.lock");
  const locked = isLocked ? " --locked" : "";
  const lint = ["clippy.toml", ".clippy.toml"].some((file) => project.has(file)) || manifest.hasTable("lints.clippy");
  const format = ["rustfmt.toml", ".rustfmt.toml"].some((file) => project.has(file));
  const checks = [...(format ? ["cargo fmt --check"] : []), ...(lint ? [`cargo clippy${locked} --all-targets`] : [])];
  const steps: readonly RecipeStep[] = [
    fetchStep(project, manifest.hasTable("workspace"), locked),
    ...(checks.length === 0 ? [] : [check("lint", checks.join("\n"))]),
    check("test", `cargo test${locked}`),
    {
      id: "build",
      command: `cargo build --release${locked}`,
      cache: { type: "source" },
      outputs: programs(project, manifest.value("package", "name")),
    },
  ];
  return {
    name: "rust",
    recognised: `Cargo.toml${isLocked ? " with Cargo.lock" : " without a lock file"}`,
    steps,
    // Below the workspace, so that downloads pass on from step to step whether or not the system can be changed.
    env: { CARGO_HOME: '".cargo-home"', CARGO_TARGET_DIR: '"target"' },
    notes: isLocked
      ? []
      : ["There is no Cargo.lock, so dependencies are resolved again every day; commit one to fetch them only when it changes."],
  };
}

/** cargo reads a manifest only where it finds a target, and this step sees no source: an empty one stands in, in a copy. */
function fetchStep(project: ProjectFiles, workspace: boolean, locked: string): RecipeStep {
  const configuration = [".cargo/config.toml", "rust-toolchain.toml", "rust-toolchain"].filter((path) => project.has(path));
  const patterns = [
    workspace ? "Cargo.toml" : "/Cargo.toml",
    ...(locked === "" ? [] : ["/Cargo.lock"]),
    ...configuration.map((path) => `/${path}`),
  ];
  const command = [
    "home=$PWD/.cargo-home",
    'mkdir -p "$home"',
    "cp -R . /tmp/manifests",
    "cd /tmp/manifests",
    'find . -name Cargo.toml -exec sh -c \'d=$(dirname "$1")/src; mkdir -p "$d"; [ -e "$d/lib.rs" ] || : > "$d/lib.rs"; : > "$d/main.rs"\' - {} \\;',
    `CARGO_HOME=$home cargo fetch${locked}`,
  ].join("\n");
  return {
    id: "install",
    comment: "Fetches crates; runs again when one of these files changes. What cargo builds is not carried over: it decides by times.",
    command,
    cache: { type: "files", globs: patterns, ...(locked === "" ? { ttl: "1d" } : {}) },
    outputs: ["/.cargo-home"],
  };
}

function programs(project: ProjectFiles, name: string | undefined): readonly string[] {
  const [plain] = stringsIn(name);
  return plain !== undefined && project.has("src/main.rs") ? [`/target/release/${plain}`] : ["/target/release/*", "!/target/release/*/"];
}
