import { parseArgs } from "node:util";
import { sabotages } from "./src/sabotage/index.ts";
import { describeDisagreeing, describeFailure, searchDifference, searchDisagreement, type SearchOptions } from "./src/search.ts";
import { Statistics } from "./src/statistics.ts";
import { engineSubject, type Surroundings, unavailable } from "./src/subject-engine.ts";
import { removeLeftDirectories } from "./src/temporary.ts";

const USAGE = `node --conditions=fresco-source tools/proof/run.ts [--histories N] [--seed S] [--path P] [--sandbox linux|docker|host|each] [--strategy overlay|copy] [--sabotages]
  --sandbox each  compares overlay, copy and host workspaces with each other instead of with the model
  --sabotages     tells after how many histories each sabotage is noticed, at most N`;

const { values } = parseArgs({
  options: {
    histories: { type: "string", default: "1000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    path: { type: "string" },
    sandbox: { type: "string", default: "linux" },
    strategy: { type: "string", default: "overlay" },
    sabotages: { type: "boolean", default: false },
  },
});

const chosen = surroundingsFor(values.sandbox, values.strategy);
const [histories, seed] = [Number(values.histories), Number(values.seed)];
if (chosen === undefined || !Number.isInteger(histories) || !Number.isInteger(seed)) {
  console.error(`usage: ${USAGE}`);
  process.exit(2);
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => {
    removeLeftDirectories();
    process.exit(1);
  });
}

const statistics = new Statistics();
const options: SearchOptions = {
  histories,
  seed,
  statistics,
  ...(values.path === undefined ? {} : { path: values.path }),
};
for (const surroundings of chosen) {
  const why = await unavailable(surroundings);
  if (why === undefined) continue;
  console.error(`cannot run: ${why}`);
  process.exit(2);
}
const subjects = chosen.map((surroundings) => engineSubject(surroundings));
console.log(`${subjects.map(({ name }) => name).join(" / ")}: ${histories} histories, --seed ${seed}`);
if (values.sabotages) {
  for (const surroundings of chosen) await tellSabotages(surroundings);
} else {
  const wrong = await searched();
  console.log(wrong ?? "no difference");
  if (wrong !== undefined) process.exitCode = 1;
}

async function searched(): Promise<string | undefined> {
  const shown = { ...options, onHistory: (tried: number) => (tried % 100 === 0 ? console.log(`${tried} histories`) : undefined) };
  const [subject, ...others] = subjects;
  if (subject === undefined || others.length > 0) {
    const failure = await searchDisagreement(subjects, shown);
    return failure && describeDisagreeing(failure);
  }
  const failure = await searchDifference(subject, shown);
  console.log(String(statistics));
  return failure && describeFailure(subject, failure);
}

async function tellSabotages(surroundings: Surroundings): Promise<void> {
  for (const sabotage of sabotages) {
    const subject = engineSubject(sabotage.sandbox === undefined ? surroundings : { sandbox: sabotage.sandbox }, sabotage);
    if (sabotage.needsSystem === true && subject.system !== "layered") continue;
    const failure = await searchDifference(subject, { ...options, shrinks: 0, emphasis: sabotage.emphasis, errorsCount: false });
    console.log(`${sabotage.name}: ${failure === undefined ? "NOT NOTICED" : `${failure.wrong.what} after ${failure.tried}`}`);
    if (failure === undefined) process.exitCode = 1;
  }
}

function surroundingsFor(sandbox: string, strategy: string): readonly Surroundings[] | undefined {
  if (sandbox === "each") return [{ sandbox: "linux", strategy: "overlay" }, { sandbox: "linux", strategy: "copy" }, { sandbox: "host" }];
  if (sandbox === "host" || sandbox === "docker") return [{ sandbox }];
  return sandbox === "linux" && (strategy === "overlay" || strategy === "copy") ? [{ sandbox, strategy }] : undefined;
}
