import { stat } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { type Rig, codeOf } from "./rig.ts";

/** What a command sees and what comes back of it. */
export const commandCases = {
  "a step sees the files of its workspace, and its exit code comes back": async (rig: Rig) => {
    const { exit, stdout } = await rig.run("cat a.txt sub/b.txt; exit 7", { files: { "a.txt": "one\n", "sub/b.txt": "two\n" } });
    expect(stdout).toBe("one\ntwo\n");
    expect(exit).toEqual({ type: "exited", code: 7 });
  },

  "the first failing line fails the step under the default shell": async (rig: Rig) => {
    const { exit, stdout } = await rig.run("echo before\nfalse\necho after");
    expect([exit, stdout]).toEqual([{ type: "exited", code: 1 }, "before\n"]);
  },

  "what a step writes to its workspace stays in what was described": async (rig: Rig) => {
    const workspace = await rig.workspace({ "a.txt": "old" });
    await rig.run("echo new > a.txt; mkdir made; echo made > made/b.txt", { workspace });
    const { stdout } = await rig.run("cat a.txt made/b.txt", { workspace: await rig.next(workspace) });
    expect(stdout).toBe("new\nmade\n");
  },

  "a new file has mode 644 and a new directory 755": async (rig: Rig) => {
    const { stdout } = await rig.run("touch f; mkdir d; ls -ld f d | cut -c1-10");
    expect(stdout.split("\n").slice(0, 2).sort()).toEqual(["-rw-r--r--", "drwxr-xr-x"]);
  },

  "output is bytes, each stream apart": async (rig: Rig) => {
    const { stdout, stderr } = await rig.run(String.raw`printf '\377\000\200a'; printf '\303' >&2`);
    expect([stdout, stderr]).toEqual(["\xff\0\x80a", "\xc3"]);
  },

  "a program can open its output again through /dev": async (rig: Rig) => {
    const { stdout, stderr } = await rig.run("echo out >/dev/stdout; echo err >/dev/stderr");
    expect([stdout, stderr]).toEqual(["out\n", "err\n"]);
  },

  "100 MB of output arrive whole": async (rig: Rig) => {
    let bytes = 0;
    const { exit } = await rig.run("head -c 100000000 /dev/zero", { output: (_, chunk) => void (bytes += chunk.length) });
    expect([exit, bytes]).toEqual([{ type: "exited", code: 0 }, 100_000_000]);
  },

  "a promise holds further output of the stream back": async (rig: Rig) => {
    let [delivering, most, bytes] = [0, 0, 0];
    await rig.run("head -c 3000000 /dev/zero", {
      output: async (_, chunk) => {
        bytes += chunk.length;
        most = Math.max(most, (delivering += 1));
        await new Promise(setImmediate);
        delivering -= 1;
      },
    });
    expect([bytes, most]).toEqual([3_000_000, 1]);
  },

  "output that nobody can keep does not hang the step or reject its exit": async (rig: Rig) => {
    const { exit } = await rig.run("echo x", { output: () => Promise.reject(new Error("the disk is full")) });
    expect(exit.type).toBe("lost");
  },

  "standard input is empty": async (rig: Rig) => {
    const { stdout } = await rig.run("cat; echo end");
    expect(stdout).toBe("end\n");
  },

  "a working directory is made where it is missing": async (rig: Rig) => {
    const { stdout } = await rig.run("pwd | sed 's,.*/\\([^/]*/[^/]*\\)$,\\1,'; ls ../..", { cwd: "deep/er", files: { "a.txt": "" } });
    expect(stdout).toBe("deep/er\na.txt\ndeep\n");
  },

  "the workspace is where the capabilities say": async (rig: Rig) => {
    const { stdout } = await rig.run("pwd");
    const path = rig.capabilities.workspacePath;
    if (path !== undefined) expect(stdout).toBe(`${path}\n`);
  },

  "the scratch directory is made, for its owner alone": async (rig: Rig) => {
    const scratch = join(await rig.fresh("home"), "not", "there");
    await rig.run("true", { scratch });
    expect((await stat(scratch)).mode & 0o777).toBe(0o700);
  },

  "the environment arrives as it was asked for": async (rig: Rig) => {
    const env = { QUOTED: `it's "$HOME" \`x\` \\ #`, LINES: "one\ntwo\n", EMPTY: "", ACCENT: "é\u0081ß漢🎨", LATER: "$QUOTED" };
    const names = Object.keys(env);
    const { stdout } = await rig.run(
      names.map((name) => `printf '%s|' "$${name}"`).join(";") + "; printf '%s' \"${EMPTY+set}${UNSET+set}\"",
      { env },
    );
    expect(Buffer.from(stdout, "latin1").toString("utf8")).toBe(`${Object.values(env).join("|")}|set`);
  },

  "nothing of the caller's own environment arrives": async (rig: Rig) => {
    process.env["FRESCO_CONTRACT_LEAK"] = "leaked";
    try {
      expect((await rig.run("env")).stdout).not.toContain("leaked");
    } finally {
      delete process.env["FRESCO_CONTRACT_LEAK"];
    }
  },

  "a command of 100 kB runs": async (rig: Rig) => {
    const { stdout } = await rig.run(`: ${"x".repeat(100_000)}\necho end`);
    expect(stdout).toBe("end\n");
  },

  "another shell gets the command": async (rig: Rig) => {
    const { exit, stdout } = await rig.run("false; echo 'still here'", { shell: ["/bin/sh"] });
    expect([exit, stdout]).toEqual([{ type: "exited", code: 0 }, "still here\n"]);
  },

  "a shell that is not there is no exit code, but a sentence": async (rig: Rig) => {
    const { exit, stdout } = await rig.run("true", { shell: ["/no/such/shell"] });
    expect(exit).toMatchObject({ type: "unstarted", code: "sandbox.shell-missing" });
    expect(stdout).toBe("");
  },

  "a command that is not there exits with 127": async (rig: Rig) => {
    expect(codeOf((await rig.run("fresco-no-such-command")).exit)).toBe(127);
  },

  "steps run side by side, each with its own output": async (rig: Rig) => {
    if (rig.capabilities.workspacePath === undefined) return;
    const all = await Promise.all(["a", "b", "c", "d"].map((name) => rig.run(`echo ${name} | tee file; cat file`)));
    expect(all.map(({ stdout }) => stdout)).toEqual(["a\na\n", "b\nb\n", "c\nc\n", "d\nd\n"]);
  },
};
