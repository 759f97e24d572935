import { mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { FrescoError, type Sandbox, type StepExit, type WorkspaceDescription } from "@fresco/ports";
import { findCommand } from "@fresco/sandbox-linux";
import { type Finding, problemOf } from "./finding.ts";

/** Programs that pipelines usually call. */
const COMMANDS = ["node", "npm", "pnpm", "yarn", "bun", "deno", "python3", "uv", "cargo", "go", "java", "make", "cc"];

const PROBE = `for name in ${COMMANDS.join(" ")}; do printf '%s %s\\n' "$name" "$(command -v "$name")"; done`;

/** Runs a real step, and looks at what it sees. @param scratch an existing private directory. */
export async function sandboxFindings(sandbox: Sandbox, scratch: string, path: string): Promise<readonly Finding[]> {
  try {
    const { mounts } = await sandbox.identify({ type: "host" }, []);
    const seen = commandsSeen(await runProbe(sandbox, scratch));
    return [sandboxFinding(sandbox), ...toolchainFindings(mounts, seen, path)];
  } catch (error) {
    return [problemOf("sandbox", error)];
  }
}

function sandboxFinding({ kind, capabilities }: Sandbox): Finding {
  const system = {
    layered: "steps may change the system, and what they change is cached",
    "read-only": "the system is read-only in steps, and HOME starts empty in each of them; run as root to let steps change it",
    none: "steps run without isolation, as you",
  }[capabilities.system];
  return { topic: "sandbox", status: capabilities.system === "none" ? "note" : "ok", text: `${kind}: a step ran; ${system}` };
}

/** Which commands of the host steps see, and which they do not. */
export function toolchainFindings(bound: readonly string[], seen: ReadonlyMap<string, string>, path: string): readonly Finding[] {
  const isSeen = (name: string): boolean => (seen.get(name) ?? "") !== "";
  const found = COMMANDS.filter(isSeen);
  const missed = COMMANDS.flatMap((name) => {
    const place = isSeen(name) ? undefined : findCommand(name, path.split(delimiter));
    return place === undefined ? [] : [{ name, place }];
  });
  const visible = `steps find ${found.length === 0 ? "none of the usual commands" : found.join(", ")}`;
  return [
    { topic: "toolchains", status: "ok", text: bound.length === 0 ? visible : `${visible}; bound read-only: ${bound.join(", ")}` },
    ...missed.map(
      ({ name, place }) =>
        ({
          topic: "toolchains",
          status: "note",
          text: `steps do not find ${name}, which is at ${place}`,
          hint: `Where a pipeline needs it, add \`toolchains: ["${installationOf(place)}"]\` to its options.`,
        }) as const,
    ),
  ];
}

function installationOf(place: string): string {
  return place.replace(/\/[^/]*$/, "").replace(/\/bin$/, "") || "/";
}

function commandsSeen(output: string): ReadonlyMap<string, string> {
  return new Map(
    output
      .trimEnd()
      .split("\n")
      .map((line) => {
        const at = line.indexOf(" ");
        return [line.slice(0, at), line.slice(at + 1)];
      }),
  );
}

async function runProbe(sandbox: Sandbox, scratch: string): Promise<string> {
  const output: Uint8Array[] = [];
  const step = await sandbox.start({
    owner: "doctor",
    run: "doctor",
    job: "doctor",
    attempt: 1,
    base: { type: "host" },
    toolchains: [],
    system: [],
    workspace: emptyWorkspace(sandbox, scratch),
    command: PROBE,
    shell: ["/bin/sh"],
    cwd: ".",
    env: {},
    scratch: join(scratch, "step"),
    output: (_stream, chunk) => void output.push(chunk),
  });
  try {
    const exit = await step.exit;
    const text = Buffer.concat(output).toString();
    if (exit.type === "exited" && exit.code === 0) return text;
    throw failed(exit, text);
  } finally {
    await step.release();
  }
}

function failed(exit: StepExit, text: string): FrescoError {
  if (exit.type === "unstarted") return new FrescoError(exit.code, exit.text, exit.hint === undefined ? {} : { hint: exit.hint });
  const how = { exited: "failed", signalled: "was killed", lost: "was lost" }[exit.type];
  return new FrescoError("sandbox.broken", `A step that only looks for commands ${how}: ${text.trim() || JSON.stringify(exit)}`);
}

function emptyWorkspace({ capabilities }: Sandbox, scratch: string): WorkspaceDescription {
  const [lower = "", upper = "", work = ""] = ["lower", "upper", "work"].map((name) => {
    const path = join(scratch, name);
    mkdirSync(path, { recursive: true, mode: 0o755 });
    return path;
  });
  return capabilities.workspace.includes("overlay") ? { type: "overlay", lower: [lower], upper, work } : { type: "directory", path: lower };
}
