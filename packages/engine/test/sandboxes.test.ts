import { forever, pipeline, scratch, sh, toIR } from "@fresco/pipeline";
import { createEngine } from "@fresco/engine";
import { memoryPorts } from "@fresco/ports-testing";
import { describe, expect, it } from "vitest";
import { ran } from "./bench.ts";
import { TestSandbox } from "./test-sandbox.ts";

/** Everything that an engine stands on, with a sandbox for images of its own. */
function twoSandboxes(files: Readonly<Record<string, string>> = {}) {
  const [sandbox, imageSandbox] = [new TestSandbox("plain"), new TestSandbox("boxed", { user: true, network: ["default", "none"] })];
  return { ...memoryPorts(files), sandbox, imageSandbox };
}

describe("Sandboxes", () => {
  it("are chosen by what a step stands on, its parents' base included", async () => {
    const ports = twoSandboxes();
    await using engine = createEngine(ports);
    const boxed = scratch({ image: "node:24" }).sh("true", { id: "boxed" });
    const ir = toIR(pipeline("ci", [sh("true", { id: "plain" }), boxed.sh("true", { id: "child" })]));
    const { statuses, events } = await ran(engine.run(ir));
    expect(statuses).toEqual({ plain: "passed", boxed: "passed", child: "passed" });
    expect([ports.sandbox.started, ports.imageSandbox.started]).toEqual([["plain"], ["boxed", "child"]]);
    const kinds = events.flatMap((event) => (event.type === "job.started" ? [`${event.job} ${event.sandbox}`] : []));
    expect(kinds.sort()).toEqual(["boxed boxed", "child boxed", "plain plain"]);
  });

  it("tell steps what they asked for, and it is in the key", async () => {
    const ports = twoSandboxes();
    await using engine = createEngine(ports);
    const ir = (user: string) =>
      toIR(pipeline("ci", [sh("true", { id: "a", user, network: "none", cache: forever() })], { image: "node:24" }));
    await ran(engine.run(ir("node")));
    expect(ports.imageSandbox.requests[0]).toMatchObject({ user: "node", network: "none" });
    expect((await ran(engine.run(ir("node")))).statuses).toEqual({ a: "cached" });
    expect((await ran(engine.run(ir("other")))).statuses).toEqual({ a: "passed" });
  });

  it("are not asked for what they cannot do: the run is refused, with every step and option", async () => {
    await using engine = createEngine(twoSandboxes());
    const steps = [sh("true", { id: "a", user: "node" }), sh("true", { id: "b", network: "none", resources: { cpus: 1 } })];
    await expect(ran(engine.run(toIR(pipeline("ci", steps))))).rejects.toMatchObject({
      code: "sandbox.unsupported-option",
      message:
        'step "a": the plain sandbox cannot honour user: "node"\nstep "b": the plain sandbox cannot honour network: "none"\nstep "b": the plain sandbox cannot honour resources',
    });
  });
});
