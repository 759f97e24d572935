import { COMMANDS } from "./command.ts";
import { describeError, exitCodeOf } from "./failure.ts";

/** What a user may type in a command's place. */
const ALIASES: Readonly<Record<string, string>> = { "--version": "version", "-V": "version", "--help": "help", "-h": "help" };

async function main(argv: readonly string[]): Promise<number> {
  const [word = "help", ...rest] = argv;
  const name = ALIASES[word] ?? word;
  const load = COMMANDS.get(name);
  if (load === undefined) throw await (await import("./commands/help.ts")).unknownCommand(word);
  if (wantsHelp(rest)) return (await import("./commands/help.ts")).run([name]);
  return (await load()).run(rest);
}

/** Anywhere before `--`. */
function wantsHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).some((word) => word === "-h" || word === "--help");
}

// What a library calls that Node would rather not have is for us to follow, and no news for a user.
process.noDeprecation = true;

// The reader of an error or of a note may have gone: that is no reason to stop what goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${describeError(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
