import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { linesOf, statuses } from "./events.ts";
import { TemporaryProject, type Outcome } from "./harness.ts";
import { DOCKER } from "./places.ts";

const EXAMPLE = fileURLToPath(new URL("../../../examples/containers", import.meta.url));
const PIPELINE = ".fresco/pipeline.ts";
const STEPS = ["system", "modules", "lint", "test", "report"];

/** The example with its image in the Engine, under a name that nobody else has. */
class Example implements AsyncDisposable {
  readonly rootfs = join(mkdtempSync(join(tmpdir(), "fresco-example-")), "rootfs");
  readonly project: TemporaryProject;

  readonly image: string;

  private constructor(project: TemporaryProject, image: string) {
    this.project = project;
    this.image = image;
  }

  static async open(): Promise<Example> {
    const image = `fresco-test/example:${randomBytes(6).toString("hex")}`;
    const project = await TemporaryProject.create({}, image);
    const example = new Example(project, image);
    const { rootfs } = example;
    cpSync(EXAMPLE, project.root, { recursive: true });
    const text = readFileSync(join(project.root, PIPELINE), "utf8");
    await project.write({ [PIPELINE]: text.replace("fresco-example/containers:1", image) });
    execFileSync(process.execPath, [join(EXAMPLE, "image/make.ts"), rootfs]);
    execFileSync("sh", ["-c", 'tar -C "$1" --owner=0 --group=0 -c . | docker import - "$2"', "sh", rootfs, image], { stdio: "ignore" });
    return example;
  }

  async run(...parameters: readonly string[]): Promise<Outcome> {
    return this.project.passing(["run", "--format", "json", ...parameters]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.project[Symbol.asyncDispose]();
    spawnSync("docker", ["image", "rm", "-f", this.image], { stdio: "ignore" });
    rmSync(join(this.rootfs, ".."), { recursive: true });
  }
}

const missing =
  DOCKER.missing ?? (existsSync("/usr/bin/dpkg-deb") ? undefined : "there is no dpkg-deb to make the example's packages with");
const cached = { system: "cached", modules: "cached", lint: "cached", test: "cached", report: "passed" };

describe("the example in containers", () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("installs once, executes what an edit touches, and gives the same over the unpacked image", { timeout: 180_000 }, async () => {
    await using example = await Example.open();
    const { project } = example;
    const boxed = await example.run();
    expect(linesOf(boxed, "report")).toEqual(["FRESH PAINT ON FRESH PLASTER", "5 words"]);
    const warm = await example.run();
    expect(statuses(warm)).toEqual(cached);

    await project.passing(["image", "add", example.image, "--dir", example.rootfs]);
    const unpacked = await example.run("--sandbox", "linux");
    const results = (run: Outcome) => STEPS.map((step) => linesOf(run, step));
    expect(results(unpacked)).toEqual(results(boxed));
    expect(statuses(unpacked)).toEqual(statuses(boxed));
    expect(statuses(await example.run("--sandbox", "linux"))).toEqual(cached);

    const lock = readFileSync(join(project.root, "modules.lock"), "utf8");
    await project.write({ "src/extra.sh": "true\n" });
    expect(statuses(await example.run())).toEqual({ ...cached, lint: "passed" });
    await project.write({ "modules.lock": lock.replace(/[0-9a-f]{64}/, "0".repeat(64)) });
    const broken = await project.fresco(["run", "--format", "json"]);
    expect([broken.code, statuses(broken)]).toEqual([
      1,
      { system: "cached", modules: "failed", lint: "skipped", test: "skipped", report: "skipped" },
    ]);
  });
});
