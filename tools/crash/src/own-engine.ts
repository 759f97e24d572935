import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "./waiting.ts";

/** A Docker Engine of our own, beside any other, that may be stopped and started again. Its networks are in a namespace of their own, or it would take over the other's. */
export class OwnEngine implements AsyncDisposable {
  readonly address: string;
  readonly #directory = mkdtempSync(join(tmpdir(), "fresco-engine-"));
  #daemon: ChildProcess | undefined;

  constructor() {
    this.address = `unix://${join(this.#directory, "docker.sock")}`;
  }

  /** Why there can be none; `undefined`: there can. */
  static refused(): string | undefined {
    if (process.getuid?.() !== 0) return "only root can start a Docker Engine";
    return spawnSync("dockerd", ["--version"]).status === 0 ? undefined : "there is no dockerd";
  }

  async start(): Promise<void> {
    const at = (name: string): string => join(this.#directory, name);
    const log = openSync(at("log"), "a");
    const places = ["--data-root", at("data"), "--exec-root", at("exec"), "--pidfile", at("pid")];
    const network = ["--iptables=false", "--ip6tables=false"];
    this.#daemon = spawn("unshare", ["--net", "dockerd", "-H", this.address, ...places, ...network], { stdio: ["ignore", log, log] });
    await until("the Engine answers", () => spawnSync("docker", ["-H", this.address, "info"], { stdio: "ignore" }).status === 0);
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null) return;
    const exited = once(daemon, "exit");
    daemon.kill("SIGTERM");
    await exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
