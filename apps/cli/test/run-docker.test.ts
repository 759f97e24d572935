import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { globSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { linesOf, statuses } from "./events.ts";
import { TemporaryProject } from "./harness.ts";
import { DOCKER } from "./places.ts";

const { image, missing } = DOCKER;

/** A project whose pipelines stand on the test image. */
function dockerProject(files: Readonly<Record<string, string>> = {}): Promise<TemporaryProject> {
  return TemporaryProject.create(files, image);
}

function docker(...args: readonly string[]): string {
  return spawnSync("docker", args, { encoding: "utf8", maxBuffer: 2 ** 28 }).stdout;
}

/** The test image with something said of it, under a name that nobody else has. */
function ownImage(...instructions: readonly string[]): string {
  const name = `fresco-test/own:${randomBytes(6).toString("hex")}`;
  const container = docker("create", image ?? "", "true").trim();
  docker("commit", ...[...instructions, `LABEL name=${name}`].flatMap((instruction) => ["-c", instruction]), container, name);
  docker("rm", container);
  return name;
}

/** Images of a project's cached layers. */
function layerImages(project: TemporaryProject): readonly string[] {
  return globSync("state/l/*/image.json", { cwd: project.state }).flatMap((file) => {
    const name = /"name":"([^"]+)"/.exec(readFileSync(join(project.state, file), "utf8"))?.[1];
    return name === undefined ? [] : [name];
  });
}

/** What the store of the run that printed this is called in the Engine. */
function storeOf(said: string): string {
  const run = /ci run (\w+)/.exec(said)?.[1] ?? /"run":"(\w+)"/.exec(said)?.[1];
  const [container] = docker("ps", "-q", "--filter", `label=dev.fresco.run=${run}`).trim().split("\n");
  return docker("inspect", "--format", '{{index .Config.Labels "dev.fresco.store"}}', container ?? "").trim();
}

/** Containers of a store, those that hold a network included. */
function containersOf(store: string): readonly string[] {
  return docker("ps", "-aq", "--filter", `label=dev.fresco.store=${store}`)
    .split("\n")
    .filter((line) => line !== "");
}

describe("a pipeline that names an image", () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("keeps what a step installed, and each step sees nothing of what another left running or in /tmp", async () => {
    await using project = await dockerProject({ lock: "1\n" });
    await project.pipeline(`
const tools = sh("echo tool > /usr/local/tool; echo left > /tmp/left; sleep 1000 & echo hosts >> /etc/hosts", { id: "tools", cache: forever() });
const use = tools.sh("cat /usr/local/tool; ls /tmp; ps | grep -c '[s]leep' || true; grep -c '^hosts' /etc/hosts || true", { id: "use" });
export default pipeline("ci", [use]);`);
    const cold = await project.passing(["run", "--format", "json"]);
    expect(linesOf(cold, "use")).toEqual(["tool", "0", "0"]);
    const warm = await project.passing(["run", "--format", "json"]);
    expect(statuses(warm)).toEqual({ tools: "cached", use: "passed" });
    expect(linesOf(warm, "use")).toEqual(["tool", "0", "0"]);
  });

  it("runs as the user that a step names, without network where it says so, within its limits", async () => {
    await using project = await dockerProject();
    await project.pipeline(`
const who = sh("id -un; touch mine; ls -ld mine | cut -c1-10", { id: "who", user: "node" });
const alone = sh("ls /sys/class/net", { id: "alone", network: "none", resources: { cpus: 0.5, memory: "64m" } });
export default pipeline("ci", [who, alone]);`);
    const run = await project.passing(["run", "--format", "json"]);
    expect(linesOf(run, "who")).toEqual(["node", "-rw-r--r--"]);
    expect(linesOf(run, "alone")).toEqual(["lo"]);
  });

  it("has a secret in no inspection, image, history, log, row or file", async () => {
    await using project = await dockerProject();
    const secret = "hush-0123456789-hush";
    await project.pipeline(`
const login = sh("echo $TOKEN > /dev/null; echo done > /root/done; echo token is $TOKEN", { id: "login", env: { TOKEN: secrets.TOKEN }, cache: forever() });
export default pipeline("ci", [login.sh("echo ready; while [ ! -e stop ]; do sleep 0.05; done", { id: "wait", env: { TOKEN: secrets.TOKEN } })]);`);
    const command = project.start(["run", "--secret", "TOKEN", "--format", "json"], { env: { TOKEN: secret } });
    await command.printed('"line":"ready"');
    const inspected = docker("inspect", ...containersOf(storeOf(command.said())));
    expect(inspected).toContain("dev.fresco.job");
    command.signal("SIGINT");
    const { stdout } = await command.outcome;
    const images = layerImages(project);
    expect(images).toHaveLength(1);
    const exported = spawnSync("sh", ["-c", 'docker save "$1" | tar -xO', "sh", images[0] ?? ""], {
      encoding: "latin1",
      maxBuffer: 2 ** 28,
    }).stdout;
    expect(exported).toContain("done");
    const kept = globSync("**/*", { cwd: project.state, withFileTypes: true }).flatMap((entry) =>
      entry.isFile() ? [readFileSync(join(entry.parentPath, entry.name), "latin1")] : [],
    );
    const everything = [inspected, docker("inspect", ...images), docker("history", "--no-trunc", ...images), exported, stdout, ...kept];
    expect(everything.filter((text) => text.includes(secret))).toEqual([]);
  });

  it("runs a step again whose image is gone, and says so", async () => {
    await using project = await dockerProject();
    await project.pipeline(`
const tools = sh("echo tool > /usr/local/tool", { id: "tools", cache: forever() });
export default pipeline("ci", [tools.sh("cat /usr/local/tool", { id: "use", cache: forever() })]);`);
    await project.passing(["run"]);
    docker("image", "rm", "-f", ...layerImages(project));
    expect((await project.passing(["plan"])).stdout).toContain("its system layer is no longer there");
    const again = await project.passing(["run", "--format", "json"]);
    expect(statuses(again)).toEqual({ tools: "passed", use: "passed" });
    expect(statuses(await project.passing(["run", "--format", "json"]))).toEqual({ tools: "cached", use: "cached" });
  });

  it("keeps what it prepared for an image as long as the image has a name", async () => {
    const name = ownImage("LABEL own=yes");
    await using project = await dockerProject();
    await using other = await dockerProject();
    const id = docker("image", "inspect", "--format", "{{.Id}}", name).trim();
    const prepared = () => docker("image", "ls", "-q", "--filter", `label=dev.fresco.base=${id}`, "--filter", "reference=fresco-base");
    await project.pipeline(`export default pipeline("ci", [sh("true", { id: "a" })], { image: "${name}" });`);
    await other.pipeline(`export default pipeline("ci", [sh("true", { id: "a" })]);`);
    await project.passing(["run"]);
    await other.passing(["run"]);
    expect(prepared()).not.toBe("");
    docker("image", "rm", name);
    await other.passing(["run"]);
    expect([prepared(), docker("image", "ls", "-aq", "--no-trunc").split("\n").includes(id)]).toEqual(["", false]);
  });

  it("stops its steps in order, and leaves nothing", async () => {
    await using project = await dockerProject();
    await project.pipeline(`
const slow = sh("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done", { id: "slow", shell: "/bin/sh" });
export default pipeline("ci", [slow]);`);
    const command = project.start(["run"]);
    await command.printed("ready");
    command.signal("SIGINT");
    const { code, stdout } = await command.outcome;
    expect([code, stdout]).toEqual([130, expect.stringContaining("bye")]);
    expect(docker("ps", "-aq", "--filter", `label=dev.fresco.run=${/ci run (\w+)/.exec(stdout)?.[1]}`)).toBe("");
  });

  it("is reclaimed by the next command after a kill, and nobody else's container is touched", async () => {
    await using project = await dockerProject();
    await using other = await dockerProject();
    const waiting = `export default pipeline("ci", [sh("echo ready; while [ ! -e stop ]; do sleep 0.05; done; echo over", { id: "wait", timeout: "60s" })]);`;
    await Promise.all([project, other].map((one) => one.pipeline(waiting)));
    const [killed, kept] = [project.start(["run"]), other.start(["run"])];
    await Promise.all([killed.printed("ready"), kept.printed("ready")]);
    const [killedStore, keptStore] = [storeOf(killed.said()), storeOf(kept.said())];
    expect([containersOf(killedStore).length, containersOf(keptStore).length]).toEqual([2, 2]);
    killed.signal("SIGKILL");
    await killed.outcome;
    expect((await project.passing(["runs"])).stdout).toContain("crashed");
    expect([containersOf(killedStore).length, containersOf(keptStore).length]).toEqual([0, 2]);
    kept.signal("SIGINT");
    expect((await kept.outcome).code).toBe(130);
  });

  it("passes on what it changed beyond the number of layers that an Engine takes", { timeout: 300_000 }, async () => {
    await using project = await dockerProject();
    await project.pipeline(`
let step = sh("mkdir /many; echo 0 > /many/0", { id: "s0" });
for (let i = 1; i < 200; i += 1) step = step.sh("echo " + i + " > /many/" + i, { id: "s" + i });
export default pipeline("ci", [step.sh("ls /many | wc -l; cat /many/0 /many/199", { id: "count" })]);`);
    expect(linesOf(await project.passing(["run", "--format", "json", "--only", "count"]), "count")).toEqual(["200", "0", "199"]);
  });
});

describe("an image that was added", () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("serves where no Engine listens, with the results that containers give", { timeout: 180_000 }, async () => {
    await using project = await dockerProject({ lock: "1\n", marker: "m\n" });
    await project.pipeline(`
const tools = sh("echo tool > /opt/tool; mkdir -p /var/lib/db; echo db > /var/lib/db/x", { id: "tools", cache: forever() });
const deps = tools.sh("mkdir deps; cp lock deps/lock; cat /opt/tool", { id: "deps", cache: onChange("lock") });
export default pipeline("ci", [deps.sh("cat marker deps/lock /var/lib/db/x", { id: "test" }), deps.sh("ls", { id: "lint" })]);`);
    await project.passing(["image", "add", image ?? "", "--docker", image ?? ""]);
    expect((await project.passing(["image", "list"])).stdout).toContain(image);
    const boxed = [await project.passing(["run", "--format", "json"]), await project.passing(["run", "--format", "json"])];
    const env = { DOCKER_HOST: "unix:///no/such/docker.sock" };
    const unpacked = [
      await project.passing(["run", "--format", "json"], { env }),
      await project.passing(["run", "--format", "json"], { env }),
    ];
    const results = (runs: typeof boxed) => runs.map((run) => ["tools", "deps", "test", "lint"].map((step) => linesOf(run, step)));
    expect(results(unpacked)).toEqual(results(boxed));
    expect(
      boxed
        .concat(unpacked)
        .map(statuses)
        .map(({ tools, deps }) => [tools, deps]),
    ).toEqual([
      ["passed", "passed"],
      ["cached", "cached"],
      ["passed", "passed"],
      ["cached", "cached"],
    ]);
    await project.passing(["image", "remove", image ?? ""]);
    expect((await project.fresco(["run"], { env })).code).toBe(125);
  });

  it("gives every step what its image says of commands, and lets it do without network", async () => {
    const name = ownImage("ENV GREETING=hello", "ENV PATH=/opt/extra:/bin");
    try {
      await using project = await dockerProject();
      await project.pipeline(`
const loud = sh("echo $GREETING $PATH; cut -d: -f1 /proc/net/dev | grep -c lo; sed 1d /proc/net/route", { id: "loud", network: "none", cache: forever() });
export default pipeline("ci", [loud], { image: "${name}" });`);
      await project.passing(["image", "add", name, "--docker", name]);
      const runs = [
        await project.passing(["run", "--format", "json"]),
        await project.passing(["run", "--format", "json", "--sandbox", "linux"]),
      ];
      expect(runs.map((run) => linesOf(run, "loud"))).toEqual([
        ["hello /opt/extra:/bin", "1"],
        ["hello /opt/extra:/bin", "1"],
      ]);
    } finally {
      docker("image", "rm", name);
    }
  });
});

describe("a lot at once", () => {
  beforeEach(({ skip }) => skip(missing !== undefined, missing));

  it("computes each key once in ten runs at the same time", { timeout: 180_000 }, async () => {
    await using project = await dockerProject();
    await project.pipeline(`
const one = sh("sleep 1; cat /proc/sys/kernel/random/uuid > /one; cp /one one", { id: "one", cache: forever() });
const two = one.sh("cat one /one; cat /proc/sys/kernel/random/uuid", { id: "two", cache: forever() });
export default pipeline("ci", [two]);`);
    const runs = await Promise.all(Array.from({ length: 10 }, () => project.passing(["run", "--format", "json"])));
    expect(
      runs
        .map(statuses)
        .flatMap(Object.values)
        .filter((status) => status === "passed"),
    ).toHaveLength(2);
    expect(new Set(runs.map((run) => linesOf(run, "two").join(" "))).size).toBe(1);
  });

  it("keeps a system layer of 300 MB", { timeout: 180_000 }, async () => {
    await using project = await dockerProject();
    await project.pipeline(`
const large = sh("head -c 300000000 /dev/urandom > /large; sha256sum < /large", { id: "large", cache: forever() });
export default pipeline("ci", [large.sh("sha256sum < /large", { id: "read" })]);`);
    await project.passing(["run"]);
    const warm = await project.passing(["run", "--format", "json"]);
    expect(statuses(warm)).toEqual({ large: "cached", read: "passed" });
    expect(linesOf(warm, "read")).toEqual(linesOf(warm, "large"));
  });

  it.for(["root", "node"])("gives back 20,000 files that %s wrote, as the caller's own", { timeout: 180_000 }, async (user) => {
    await using project = await dockerProject();
    await project.pipeline(`
const write = sh("mkdir out; i=0; while [ $i -lt 20000 ]; do echo $i > out/$i; i=$((i+1)); done; umask 077; echo mine > out/private", {
  id: "write", user: "${user}", cache: forever(), outputs: ["out"] });
export default pipeline("ci", [write.sh("ls out | wc -l; cat out/private", { id: "read", user: "root" })]);`);
    const out = join(project.directory, "exported");
    await project.passing(["run", "--export", `write=${out}`]);
    const warm = await project.passing(["run", "--format", "json"]);
    expect(linesOf(warm, "read")).toEqual(["20001", "mine"]);
    expect(readdirSync(join(out, "out"))).toHaveLength(20_001);
    expect(readFileSync(join(out, "out/private"), "utf8")).toBe("mine\n");
    expect(statSync(join(out, "out/private")).uid).toBe(process.getuid?.());
  });
});

describe("where an image cannot be had", () => {
  it("ends with 125 and a hint when no Engine answers, and steps without an image run all the same", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default [
  pipeline("plain", [sh("echo plain", { id: "plain" })]),
  pipeline("boxed", [sh("true", { id: "boxed", image: "whatever:1" })]),
];`);
    const env = { DOCKER_HOST: "unix:///no/such/docker.sock" };
    await project.passing(["run", "plain"], { env });
    const { code, stdout, stderr } = await project.fresco(["run", "boxed"], { env });
    expect([code, stdout]).toEqual([125, ""]);
    expect(stderr).toMatch(
      /error\[engine\.unreachable\]: no Docker Engine answers at unix:\/\/\/no\/such\/docker\.sock \(DOCKER_HOST\)\n(  because: .*\n)?hint: start Docker/,
    );
    const tcp = await project.fresco(["run", "boxed"], { env: { DOCKER_HOST: "tcp://127.0.0.1:1" } });
    expect([tcp.code, tcp.stderr]).toEqual([125, expect.stringMatching(/^error\[engine\.unreachable\]: no Docker Engine answers at tcp:/)]);
  });

  it("refuses an Engine on another machine, and an address that is none", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("true", { id: "boxed", image: "whatever:1" })]);`);
    const remote = await project.fresco(["run"], { env: { DOCKER_HOST: "ssh://somebody@elsewhere" } });
    expect(remote.code).toBe(125);
    expect(remote.stderr).toContain(
      "error[engine.remote]: the Docker Engine at ssh://somebody@elsewhere (DOCKER_HOST) is on another machine",
    );
    const broken = await project.fresco(["run"], { env: { DOCKER_HOST: "nonsense" } });
    expect([broken.code, broken.stderr]).toEqual([2, expect.stringContaining("error[engine.address]: DOCKER_HOST names nonsense")]);
  });

  it("refuses options that the sandbox cannot honour, all at once, before anything runs", async () => {
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [
  sh("true", { id: "slow", resources: { cpus: 0.5 } }), sh("true", { id: "small", resources: { memory: "1g" } }),
]);`);
    const { code, stdout, stderr } = await project.fresco(["run"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain('step "slow": the linux sandbox cannot honour resources');
    expect(stderr).toContain('step "small": the linux sandbox cannot honour resources');
  });

  it("names the image and the registry's words", async ({ skip }) => {
    skip(missing !== undefined, missing);
    await using project = await TemporaryProject.create();
    await project.pipeline(`export default pipeline("ci", [sh("true", { id: "boxed", image: "127.0.0.1:9/no/such:1" })]);`);
    const { code, stderr } = await project.fresco(["run"]);
    expect(code).toBe(125);
    expect(stderr).toMatch(
      /error\[image\.missing\]: the image 127\.0\.0\.1:9\/no\/such:1 is not in the Docker Engine, and it cannot be fetched: .*refused/,
    );
  });
});
