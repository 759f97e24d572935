import { pipeline, sh, toIR } from "@fresco/pipeline";
import { next, start } from "@fresco/planner";

let { state, commands } = start(toIR(pipeline("ci", [sh("make", { id: "make" })])), { parallel: 4 });
({ state, commands } = next(state, { type: "job.finished", job: "make", status: "passed", at: 12 }));
console.log(state.pipeline, JSON.stringify(commands));
