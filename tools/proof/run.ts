import { parseArgs } from "node:util";
import { describeDisagreeing, describeFailure, searchDifference, searchDisagreement, type SearchOptions } from "./src/search.ts";
import { Statistics } from "./src/statistics.ts";
import { engineSubject, type Surroundings } from "./src/subject-engine.ts";

const USAGE =
  "node --conditions=fresco-source tools/proof/run.ts [--histories N] [--seed S] [--path P] [--sandbox linux|host|each] [--strategy overlay|copy]\n" +
  "  --sandbox each  compares overlay, copy and host workspaces with each other instead of with the model";

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    path: { type: "string" },
    sandbox: { type: "string", default: "linux" },
    strategy: { type: "string", default: "overlay" },
  },
});

const chosen = surroundingsFor(values.sandbox, values.strategy);
const [histories, seed] = [Number(values.histories), Number(values.seed)];
if (chosen === undefined || !Number.isInteger(histories) || !Number.isInteger(seed)) {
  console.error(`usage: ${USAGE}`);
  process.exit(2);
}

const statistics = new Statistics();
const options: SearchOptions = {
  histories,
  seed,
  statistics,
  ...(values.path === undefined ? {} : { path: values.path }),
  onHistory: (tried) => {
    if (tried % 100 === 0) console.log(`${tried} histories`);
  },
};
const subjects = chosen.map((surroundings) => engineSubject(surroundings));
console.log(`${subjects.map(({ name }) => name).join(" / ")}: ${histories} histories, --seed ${seed}`);
const wrong = await searched();
console.log(wrong ?? "no difference");
if (wrong !== undefined) process.exitCode = 1;

async function searched(): Promise<string | undefined> {
  const [subject, ...others] = subjects;
  if (subject === undefined || others.length > 0) {
    const failure = await searchDisagreement(subjects, options);
    return failure && describeDisagreeing(failure);
  }
  const failure = await searchDifference(subject, options);
  console.log(String(statistics));
  return failure && describeFailure(subject, failure);
}

function surroundingsFor(sandbox: string, strategy: string): readonly Surroundings[] | undefined {
  if (sandbox === "each") return [{ sandbox: "linux", strategy: "overlay" }, { sandbox: "linux", strategy: "copy" }, { sandbox: "host" }];
  if (sandbox === "host") return [{ sandbox }];
  return sandbox === "linux" && (strategy === "overlay" || strategy === "copy") ? [{ sandbox, strategy }] : undefined;
}
