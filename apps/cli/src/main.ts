import { describeError, exitCodeOf } from "./failure.ts";

/** A command's module. */
interface Command {
  readonly summary: string;
  readonly usage: string;
  run(argv: readonly string[]): Promise<number>;
}

/** One file a command, loaded when it is called. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  run: () => import("./commands/run.ts"),
};

async function main(argv: readonly string[]): Promise<number> {
  const [name = "help", ...rest] = argv;
  const load = COMMANDS[name];
  if (load === undefined) {
    process.stderr.write(`error[usage.command]: there is no command "${name}"\n`);
    return 2;
  }
  return (await load()).run(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
