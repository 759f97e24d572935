import { createEngine } from "@fresco/engine";
import { onChange, pipeline, sh, toIR } from "@fresco/pipeline";
import { memoryPorts } from "@fresco/ports-testing";
import { MySandbox } from "./my-sandbox.ts";

const ir = toIR(pipeline("ci", [sh("cat a.txt", { id: "read", cache: onChange("a.txt") })]));
const { signal } = new AbortController();

await using engine = createEngine({ ...memoryPorts({ "a.txt": "hello\n" }), sandbox: new MySandbox() });
for (const _ of ["cold", "warm"]) {
  const run = engine.run(ir, { signal });
  for await (const event of run.events) console.log(event.type === "job.log" && "line" in event ? event.line : event.type);
  console.log((await run.result).status, (await run.result).jobs.map(({ status }) => status).join());
}
