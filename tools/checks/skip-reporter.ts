import type { Reporter, TestCase, TestModule } from "vitest/node";

/** Says of every test that was skipped why; one without a reason fails the run. */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    for (const module of modules) for (const test of module.children.allTests("skipped")) report(module, test);
  }
}

function report({ relativeModuleId }: TestModule, test: TestCase): void {
  const result = test.result();
  // What is skipped because the file or a hook failed is counted there.
  if (result.state !== "skipped" || test.module.state() === "failed") return;
  const reason = result.note;
  if (reason === undefined) process.exitCode = 1;
  console.log(
    `${reason === undefined ? "FAILED " : "skipped"} ${relativeModuleId} > ${test.fullName}: ${reason ?? "it was skipped without a reason"}`,
  );
}
