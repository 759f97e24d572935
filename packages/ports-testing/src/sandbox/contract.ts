import { describe, it } from "vitest";
import { commandCases } from "./command-cases.ts";
import { endingCases } from "./ending-cases.ts";
import { Rig, type SandboxSubject } from "./rig.ts";
import { networkCases, userCases } from "./option-cases.ts";
import { layeredCases, readOnlyCases, systemCases } from "./system-cases.ts";

const cases = { ...commandCases, ...endingCases, ...systemCases, ...layeredCases, ...readOnlyCases, ...networkCases, ...userCases };

/**
 * What every implementation of `Sandbox` keeps. Registered in a test file: `sandboxContract({ name, open })`. The suite makes the
 * workspaces itself, as the capabilities ask for; what they deny is skipped.
 */
export function sandboxContract(options: {
  readonly name: string;
  /** A fresh sandbox and directory for each case. */
  readonly open: () => Promise<SandboxSubject & AsyncDisposable>;
  /** Title → reason. */
  readonly unsupported?: Partial<Record<keyof typeof cases, string>>;
}): void {
  const unsupported: Readonly<Record<string, string | undefined>> = options.unsupported ?? {};
  describe(`Sandbox contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(title, async (t) => {
        t.skip(unsupported[title] !== undefined, unsupported[title]);
        await using subject = await options.open();
        const denied = deniedBy(new Rig(subject), title);
        t.skip(denied !== undefined, denied);
        await run(new Rig(subject));
      });
    }
  });
}

function deniedBy({ capabilities: { system, network, user } }: Rig, title: string): string | undefined {
  if (title in layeredCases && system !== "layered") return `its system is ${system}`;
  if (title in readOnlyCases && system !== "read-only") return `its system is ${system}`;
  if (title in networkCases && !network.includes("none")) return "its steps cannot do without network";
  if (title in userCases && !user) return "its steps are one user's";
  return undefined;
}
