/**
 * The pipelines of a scene. `main`: cached, uncached, forked and long-output steps whose output and results follow from three files and `ROUND`.
 * `stubborn`: a step that ignores TERM and detaches processes by every means. `slow`: a cached step that takes its time. `intruder`: processes
 * that write into the workspace for ever. `looker`: lists the workspace, late. `patient`: waits for ever.
 */
export const PIPELINES: Readonly<Record<string, string>> = {
  main: `
import { env, forever, onChange, pipeline, sh } from "fresco";
const round = { ROUND: env("ROUND", "0"), CRASH_MARK: env("CRASH_MARK", "none") };
const base = sh("mkdir deps; for i in $(seq 40); do echo $i-$ROUND > deps/$i; done; echo $ROUND > /opt/system; echo base $ROUND", { id: "base", cache: forever() });
const middle = base.sh("cat a.txt deps/7 /opt/system > middle; ln -s middle link; rm deps/8; seq 2000 > numbers; cat middle", { id: "middle", cache: onChange("a.txt") });
const left = middle.sh("cat b.txt middle; ls deps | wc -l; echo left > left", { id: "left", cache: onChange("b.txt") });
const right = middle.sh("cat marker.txt middle", { id: "right" });
const long = sh("seq 30000", { id: "long" });
const both = sh("cat left; seq 3000", { id: "both", uses: [left], cache: forever() });
export default pipeline("main", [left, right, long, both], { env: round });
`,
  stubborn: `
import { env, pipeline, sh } from "fresco";
const deaf = "trap '' TERM INT HUP; ";
const daemons = deaf + "sleep 1001 & setsid sleep 1002 & (setsid sh -c 'sleep 1003 & exec sleep 1004' &); ";
const stubborn = sh(daemons + "echo ready; while :; do sleep 0.2; done", { id: "stubborn", grace: "1s" });
export default pipeline("stubborn", [stubborn], { env: { CRASH_MARK: env("CRASH_MARK", "none") } });
`,
  shared: `
import { env, forever, pipeline, sh } from "fresco";
const round = { ROUND: env("ROUND", "0"), CRASH_MARK: env("CRASH_MARK", "none") };
const slow = sh("sleep 2; echo slow $ROUND", { id: "slow", cache: forever() });
const intruder = sh("(while :; do echo intruder > intruder; sleep 0.01; done) & (cd /; exec sleep 1000) & echo ready; wait", { id: "intruder" });
const looker = sh("sleep 1; ls", { id: "looker" });
const patient = sh("echo ready; while :; do sleep 0.2; done", { id: "patient" });
export default [pipeline("patient", [patient], { env: round }), pipeline("slow", [slow], { env: round }), pipeline("intruder", [intruder], { env: round }), pipeline("looker", [looker], { env: round })];
`,
};

/** What the steps of `main` print, told without the product. */
export function expectedOutput(
  round: string,
  files: { readonly a: string; readonly b: string; readonly marker: string },
): Readonly<Record<string, string>> {
  const middle = `${files.a}7-${round}\n${round}\n`;
  return {
    base: `base ${round}\n`,
    middle,
    left: `${files.b}${middle}39\n`,
    right: `${files.marker}${middle}`,
    long: numbers(30_000),
    both: `left\n${numbers(3000)}`,
  };
}

function numbers(last: number): string {
  return Array.from({ length: last }, (_, index) => `${index + 1}\n`).join("");
}
