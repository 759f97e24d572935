import { homedir } from "node:os";
import { type CommandOptions, parseArguments, usageError } from "../arguments.ts";
import { frescoPaths } from "../paths.ts";
import { SANDBOX_CHOICES, type SandboxChoice } from "../sandbox-choice.ts";

export const summary = "say what is available on this machine, what is not, why, and what to do";
export const usage = "fresco doctor [options]";
export const options: CommandOptions = {
  sandbox: { type: "string", value: SANDBOX_CHOICES.join("|"), help: "the sandbox to look at" },
  format: { type: "string", value: "human|json", help: "for a person, or one JSON object" },
};

/** `fresco doctor`: exit code 0 when a run would work, else 125. */
export async function run(argv: readonly string[]): Promise<number> {
  const parsed = parseArguments(argv, options, { max: 0, usage });
  const sandbox = sandboxOf(parsed.text("sandbox") ?? "auto");
  const format = parsed.text("format") ?? "human";
  if (format !== "human" && format !== "json") throw usageError("usage.format", `--format ${format} is none of human, json`, usage);
  const [{ examine }, { isWell, renderFindings }, { styleFor }] = await Promise.all([
    import("../doctor/examine.ts"),
    import("../doctor/report.ts"),
    import("../output/style.ts"),
  ]);
  const paths = frescoPaths(process.env, homedir(), process.platform);
  const findings = await examine({ paths, environment: process.env, sandbox });
  const ok = isWell(findings);
  const text =
    format === "json" ? `${JSON.stringify({ v: 1, ok, findings })}\n` : renderFindings(findings, styleFor(process.stdout, process.env));
  process.stdout.write(text);
  return ok ? 0 : 125;
}

function sandboxOf(text: string): SandboxChoice {
  const choice = SANDBOX_CHOICES.find((name) => name === text);
  if (choice === undefined) throw usageError("usage.sandbox", `--sandbox ${text} is none of ${SANDBOX_CHOICES.join(", ")}`, usage);
  return choice;
}
