import type { Base } from "@fresco/pipeline";
import { FrescoError, type Sandbox, type SandboxCapabilities } from "@fresco/ports";
import type { IRStep } from "@fresco/pipeline";

/** Where steps run: some sandbox for images, another for everything else, or one for both. */
export interface SandboxPorts {
  readonly sandbox: Sandbox;
  readonly imageSandbox?: Sandbox;
}

export function sandboxFor({ sandbox, imageSandbox }: SandboxPorts, base: Base): Sandbox {
  return base.type === "image" ? (imageSandbox ?? sandbox) : sandbox;
}

/** What a container's users wrote only its Engine may remove, so that sandbox comes first. */
export function allSandboxes({ sandbox, imageSandbox }: SandboxPorts): readonly Sandbox[] {
  return imageSandbox === undefined || imageSandbox === sandbox ? [sandbox] : [imageSandbox, sandbox];
}

/** Removes directories and what sandboxes keep on account of them, whichever of these it was. */
export async function discardIn(sandboxes: readonly Sandbox[], directories: readonly string[]): Promise<void> {
  if (directories.length === 0) return;
  for (const sandbox of sandboxes) await sandbox.discard(directories);
}

/** What of a step's options a sandbox cannot honour, in words; empty: nothing. */
function unhonoured(step: IRStep, capabilities: SandboxCapabilities): readonly string[] {
  return [
    ...(step.user !== undefined && !capabilities.user ? [`user: "${step.user}"`] : []),
    ...(step.network !== undefined && !capabilities.network.includes(step.network) ? [`network: "${step.network}"`] : []),
    ...(step.resources !== undefined && !capabilities.resources ? ["resources"] : []),
  ];
}

/** A step and where it would run. */
interface HonouringStep {
  readonly step: IRStep;
  readonly kind: string;
  readonly capabilities: SandboxCapabilities;
}

/** @throws FrescoError `sandbox.unsupported-option` naming every option of every step that the sandbox where it would run cannot honour. */
export function refuseUnhonoured(steps: readonly HonouringStep[]): void {
  const lines = steps.flatMap(({ step, kind, capabilities }) =>
    unhonoured(step, capabilities).map((option) => `step "${step.id}": the ${kind} sandbox cannot honour ${option}`),
  );
  if (lines.length === 0) return;
  throw new FrescoError("sandbox.unsupported-option", lines.join("\n"), {
    kind: "input",
    hint: "give the step an image, so that it runs in Docker, or leave the option out",
  });
}
