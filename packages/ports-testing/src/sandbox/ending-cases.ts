import { chmod, mkdir, readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { type Rig, codeOf } from "./rig.ts";

const BUSY = "while :; do sleep 0.02; done";

/** Signals, and that nothing stays behind. */
export const endingCases = {
  "TERM reaches the command, which may end in order": async (rig: Rig) => {
    const { step, ended, said } = await rig.start(`trap 'echo bye; exit 5' TERM; echo ready; ${BUSY}`, { shell: ["/bin/sh"] });
    await said("ready");
    step.signal("TERM");
    const { exit, stdout } = await ended;
    expect([exit, stdout]).toEqual([{ type: "exited", code: 5 }, "ready\nbye\n"]);
  },

  "INT and HUP reach the command as well": async (rig: Rig) => {
    for (const signal of ["INT", "HUP"] as const) {
      const { step, ended, said } = await rig.start(`trap 'exit 6' ${signal}; echo ready; ${BUSY}`, { shell: ["/bin/sh"] });
      await said("ready");
      step.signal(signal);
      expect((await ended).exit).toEqual({ type: "exited", code: 6 });
    }
  },

  "a command that cares for no signal ends by TERM": async (rig: Rig) => {
    const { step, ended, said } = await rig.start("echo ready; exec sleep 1000");
    await said("ready");
    step.signal("TERM");
    expect(codeOf((await ended).exit)).toBe(143);
  },

  "a signal right after the start is not lost": async (rig: Rig) => {
    const { step, ended } = await rig.start("exec sleep 1000");
    step.signal("TERM");
    expect(codeOf((await ended).exit)).toBe(143);
  },

  "KILL ends what ignores TERM": async (rig: Rig) => {
    const { step, ended, said } = await rig.start(`trap '' TERM; echo ready; ${BUSY}`);
    await said("ready");
    step.signal("TERM");
    step.signal("KILL");
    expect(codeOf((await ended).exit)).toBe(137);
  },

  "a signal after the end has no effect": async (rig: Rig) => {
    const { step, exit } = await rig.run("true");
    for (const signal of ["TERM", "KILL"] as const) step.signal(signal);
    expect(exit).toEqual({ type: "exited", code: 0 });
  },

  "what a step started in the background ends with it": async (rig: Rig) => {
    const mark = String(1_000_000 + Math.floor(Math.random() * 1_000_000));
    const { exit, stdout } = await rig.run(`sleep ${mark} & (sleep ${mark} &) ; echo started`);
    expect([exit, stdout]).toEqual([{ type: "exited", code: 0 }, "started\n"]);
    expect(await commandLines()).not.toContain(mark);
  },

  "a secret is in no argument list": async (rig: Rig) => {
    const secret = `secret-${Math.random()}`;
    const { step, ended, said } = await rig.start(`echo ready; ${BUSY}`, { env: { TOKEN: secret } });
    await said("ready");
    const lines = await commandLines();
    step.signal("KILL");
    await ended;
    expect(lines).not.toContain(secret);
  },

  "a secret is in no file of the step's": async (rig: Rig) => {
    const secret = `secret-${Math.random()}`;
    const { step, ended, said } = await rig.start(`echo ready; ${BUSY}`, { env: { TOKEN: secret } });
    await said("ready");
    const found = await filesWith(rig.directory, secret);
    step.signal("KILL");
    await ended;
    expect(found).toEqual([]);
  },

  "a step that another process left is killed, and once more does no harm": async (rig: Rig) => {
    const { step, ended, said } = await rig.start(`trap '' TERM; echo ready; ${BUSY}`);
    await said("ready");
    await rig.sandbox.reclaim(step.left);
    expect(codeOf((await ended).exit)).toBe(137);
    await rig.sandbox.reclaim(step.left);
  },

  "nothing is left to reclaim of a step that ended": async (rig: Rig) => {
    const { step } = await rig.run("true");
    await rig.sandbox.reclaim(step.left);
  },

  "directories are removed, closed and missing ones too, and symlinks not followed": async (rig: Rig) => {
    const keep = await rig.fresh("keep");
    await writeFile(join(keep, "file"), "");
    const workspace = await rig.workspace();
    await rig.run(`mkdir -p closed/deep; touch closed/deep/file; chmod 0 closed/deep closed; ln -s ${keep} link`, { workspace });
    const directory = workspace.type === "overlay" ? workspace.upper : workspace.path;
    await rig.sandbox.discard([directory, join(rig.directory, "missing")]);
    await expect(stat(directory)).rejects.toThrow("ENOENT");
    expect(await readdir(keep)).toEqual(["file"]);
  },

  "a directory that was closed by its owner is removed": async (rig: Rig) => {
    const directory = await rig.fresh("closed");
    await mkdir(join(directory, "in"));
    await chmod(join(directory, "in"), 0);
    await rig.sandbox.discard([directory]);
    await expect(stat(directory)).rejects.toThrow("ENOENT");
  },
};

/** Command lines of all processes that can be seen; empty where the platform does not show them. */
async function commandLines(): Promise<string> {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "")));
  return lines.join("\n");
}

/** Directories that are closed to us, as overlays' own are, are passed over. */
async function filesWith(directory: string, text: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const found = entries.map(async (entry) => {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) return filesWith(path, text);
    if (!entry.isFile()) return [];
    return (await readFile(path, "latin1").catch(() => "")).includes(text) ? [path] : [];
  });
  return (await Promise.all(found)).flat();
}
