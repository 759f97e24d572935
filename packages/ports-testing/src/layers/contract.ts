import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BytePath, displayPath } from "@fresco/pipeline";
import type { LayerRef, Layers } from "@fresco/ports";
import { describe, expect, it } from "vitest";
import { PATHS, Steps, type WorkspacesSubject } from "../workspaces/subject.ts";

/** Registers the suite that every implementation of `Layers` passes. `unsupported`: title to reason. */
export function layersContract(options: {
  readonly name: string;
  /** A fresh subject for each case. */
  readonly open: () => Promise<WorkspacesSubject & AsyncDisposable>;
  readonly unsupported?: Partial<Record<keyof typeof cases, string>>;
}): void {
  const unsupported: Partial<Record<string, string>> = options.unsupported ?? {};
  describe(`Layers contract: ${options.name}`, () => {
    for (const [title, run] of Object.entries(cases)) {
      it(title, async (t) => {
        const reason = unsupported[title];
        t.skip(reason !== undefined, reason);
        await using subject = await options.open();
        await run(new Steps(subject));
      });
    }
  });
}

const EMPTY = ":";
const PROJECT = "echo 1 > keep; echo 2 > gone; mkdir d; echo 3 > d/x; echo 4 > d/y";

const cases = {
  "lists what was written, changed and removed, sorted by bytes": async (steps: Steps) => {
    const layer = await steps.layer(
      await steps.view(PROJECT),
      [],
      "rm gone; rm -r d; echo new > keep; mkdir -p new/empty; ln -s nowhere link",
    );
    expect(await summary(steps.subject.layers, layer)).toEqual([
      "deleted d",
      "deleted d/x",
      "deleted d/y",
      "deleted gone",
      "file keep",
      "symlink link",
      "directory new",
      "directory new/empty",
    ]);
    expect(layer.entries).toBe(8);
  },

  "captures nothing of a step that changed nothing": async (steps: Steps) => {
    const view = await steps.view(PROJECT);
    const changes = (await steps.prepare(view)).changes;
    const into = steps.fresh("nothing");
    expect(await steps.subject.layers.capture([{ changes, options: { outputs: null } }], { id: "nothing", path: into })).toBeUndefined();
    await expect(stat(into)).rejects.toThrow("ENOENT");
  },

  "makes the layer's directory for its owner alone": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "echo 2 > keep");
    expect((await stat(layer.path)).mode & 0o777).toBe(0o700);
  },

  "captures nothing of what is in the end as it was": async (steps: Steps) => {
    const script = "touch keep; echo 1 > keep; mv gone elsewhere; mv elsewhere gone; chmod 700 d; chmod 755 d; rm d/x; echo 3 > d/x";
    expect(await steps.step(await steps.view(PROJECT), [], script)).toBeUndefined();
  },

  "captures a change of mode alone": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "chmod 1755 d; chmod 4755 keep");
    const entries = await steps.subject.layers.manifest(layer);
    expect(entries).toMatchObject([
      { path: "d", type: "directory", mode: 0o1755 },
      { path: "keep", type: "file", mode: 0o4755 },
    ]);
  },

  "keeps what the outputs name, with the new directories above it": async (steps: Steps) => {
    const script = "mkdir -p out/deep other; echo 1 > out/deep/a.js; echo 2 > out/deep/b.map; echo 3 > other/c; rm gone d/x";
    const layer = await steps.layer(await steps.view(PROJECT), [], script, { outputs: ["out/**/*.js", "d"] });
    expect(await summary(steps.subject.layers, layer)).toEqual([
      "deleted d/x",
      "directory out",
      "directory out/deep",
      "file out/deep/a.js",
    ]);
  },

  "leaves out what is excluded, written or removed": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "mkdir .git; echo 1 > .git/HEAD; rm d/x; echo 2 > new", {
      outputs: null,
      exclude: [".git", "d"],
    });
    expect(await summary(steps.subject.layers, layer)).toEqual(["file new"]);
  },

  "puts a prefix before every path": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "rm gone; echo 1 > new; ln new other", {
      outputs: null,
      at: "usr/share",
    });
    expect(await summary(steps.subject.layers, layer)).toEqual(["deleted usr/share/gone", "file usr/share/new", "file usr/share/other"]);
    expect(await steps.subject.layers.verify(layer)).toBe(true);
    expect(layer.footprint.map(displayPath)).toEqual(["usr/share/new", "usr/share/other"]);
  },

  "tells a directory that was made again from one that was added to": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "rm -r d; mkdir d; echo 3 > d/x; echo new > d/z");
    expect(await summary(steps.subject.layers, layer)).toEqual(["deleted d/y", "file d/z"]);
  },

  "takes a file for a directory and a directory for a file": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "rm -r d gone; echo 1 > d; mkdir gone; echo 2 > gone/in");
    expect(await summary(steps.subject.layers, layer)).toEqual(["file d", "deleted d/x", "deleted d/y", "directory gone", "file gone/in"]);
    expect(await steps.subject.layers.verify(layer)).toBe(true);
  },

  "keeps hard links together": async (steps: Steps) => {
    const view = await steps.view(EMPTY);
    const layer = await steps.layer(view, [], "echo 1 > a; ln a c; echo 1 > b; mkdir d; ln a d/e");
    const entries = await steps.subject.layers.manifest(layer);
    expect(entries.flatMap((entry) => (entry.type === "file" && entry.link !== undefined ? [`${entry.path}=${entry.link}`] : []))).toEqual([
      "c=a",
      "d/e=a",
    ]);
    expect(await steps.see(view, [{ layer }], "test a -ef c && test a -ef d/e && ! test a -ef b && echo linked")).toBe("linked\n");
  },

  "keeps FIFOs, and symlinks whatever they point to": async (steps: Steps) => {
    const view = await steps.view(EMPTY);
    const layer = await steps.layer(view, [], "mkfifo pipe; ln -s /etc absolute; ln -s ../../.. out; ln -s nowhere dangling");
    const entries = await steps.subject.layers.manifest(layer);
    expect(entries).toMatchObject([
      { path: "absolute", type: "symlink", target: "/etc" },
      { path: "dangling", type: "symlink", target: "nowhere" },
      { path: "out", type: "symlink", target: "../../.." },
      { path: "pipe", type: "fifo" },
    ]);
    expect(await steps.see(view, [{ layer }], "test -p pipe && readlink absolute dangling out")).toBe("/etc\nnowhere\n../../..\n");
  },

  "keeps names that are no UTF-8 apart": async (steps: Steps) => {
    const view = await steps.view(EMPTY);
    const names = "a=$(printf 'n\\377'); b=$(printf 'n\\376'); ";
    const layer = await steps.layer(view, [], `${names} echo 1 > "$a"; echo 2 > "$b"; ln -s "$a" link`);
    const entries = await steps.subject.layers.manifest(layer);
    expect(entries.map(({ path }) => path)).toEqual(["link", "n\xfe", "n\xff"]);
    expect(await steps.see(view, [{ layer }], `${names} cat "$a" "$b" link`)).toBe("1\n2\n1\n");
  },

  "captures what denies its owner reading": async (steps: Steps) => {
    const view = await steps.view("echo 1 > gone; mkdir d; echo 1 > d/gone");
    const layer = await steps.layer(
      view,
      [],
      "rm gone d/gone; echo 1 > d/secret; mkdir -p closed/in; echo 1 > closed/in/x; chmod 0 d/secret closed/in; chmod 500 closed d",
    );
    expect(await steps.subject.layers.manifest(layer)).toMatchObject([
      { path: "closed", mode: 0o500 },
      { path: "closed/in", mode: 0 },
      { path: "closed/in/x", mode: 0o644 },
      { path: "d", mode: 0o500 },
      { path: "d/gone", type: "deleted" },
      { path: "d/secret", mode: 0, size: 2 },
      { path: "gone", type: "deleted" },
    ]);
  },

  "keeps holes": async (steps: Steps) => {
    const view = await steps.view(EMPTY);
    const layer = await steps.layer(view, [], "truncate -s 64M sparse; printf end >> sparse");
    expect(layer.bytes).toBeLessThan(1024 * 1024);
    expect(await steps.see(view, [{ layer }], "stat -c %s sparse; tail -c 3 sparse; test $(du -k sparse | cut -f1) -lt 1024")).toBe(
      "67108867\nend",
    );
  },

  "gives the same digest for the same content, and another one for any difference": async (steps: Steps) => {
    const view = await steps.view(PROJECT);
    const digest = async (script: string) => (await steps.layer(view, [], script)).digest;
    const first = await digest("mkdir a; echo 1 > a/x; rm gone");
    expect(await digest("rm gone; mkdir a; echo 2 > a/x; echo 1 > a/x; touch -d 2001-01-01 a/x")).toBe(first);
    const others = [
      "echo 2 > a/x; rm gone",
      "echo 1 > a/x; chmod 600 a/x; rm gone",
      "echo 1 > a/y; rm gone",
      "echo 1 > a/x",
      "ln -s 1 a/x; rm gone",
    ];
    for (const other of others) expect(await digest(`mkdir a; ${other}`)).not.toBe(first);
  },

  "folds the footprint into created directories and leaves deletions out": async (steps: Steps) => {
    const layer = await steps.layer(await steps.view(PROJECT), [], "mkdir -p new/a; echo 1 > new/a/x; echo 2 > d/x; rm gone; chmod 700 d");
    expect(layer.footprint.map(displayPath)).toEqual(["d/x", "new"]);
  },

  "verifies a whole layer, and none that was changed": async (steps: Steps) => {
    const { layers } = steps.subject;
    const view = await steps.view(PROJECT);
    const whole = () => steps.layer(view, [], "mkdir a; echo 1 > a/x; rm gone");
    expect(await layers.verify(await whole())).toBe(true);
    const damages: ((path: string) => Promise<void>)[] = [
      (path) => writeFile(join(path, "tree/a/x"), "2\n"),
      (path) => rm(join(path, "tree/a/x")),
      (path) => writeFile(join(path, "tree/a/more"), ""),
      (path) => rm(join(path, "tree"), { recursive: true }),
      (path) => rm(join(path, "manifest")),
      (path) => writeFile(join(path, "manifest"), ""),
    ];
    for (const damage of damages) {
      const layer = await whole();
      await damage(layer.path);
      expect(await layers.verify(layer), String(damage)).toBe(false);
    }
  },

  "says that a layer is damaged when its manifest is not whole or is another's": async (steps: Steps) => {
    const { layers } = steps.subject;
    const view = await steps.view(EMPTY);
    const [one, other] = [await steps.layer(view, [], "echo 1 > a"), await steps.layer(view, [], "echo 2 > a")];
    await expect(layers.manifest({ ...one, digest: other.digest })).rejects.toMatchObject({ code: "layer.damaged" });
    await rm(join(one.path, "manifest"));
    await expect(layers.manifest(one)).rejects.toMatchObject({ code: "layer.damaged" });
  },

  "replays on a directory without removing what the step did not see": async (steps: Steps) => {
    const { subject } = steps;
    const { layers } = subject;
    const layer = await steps.layer(await steps.view(PROJECT), [], "rm -r d; echo new > keep; mkdir made; mkfifo made/pipe");
    const directory = (await steps.view("mkdir d; echo 3 > d/x; echo unseen > d/unseen; echo old > keep")).lower[0] ?? "";
    await layers.apply(layer, directory);
    expect(await subject.run({ type: "directory", path: directory }, `${PATHS}; cat keep`)).toBe(
      "./d\n./d/unseen\n./keep\n./made\n./made/pipe\nnew\n",
    );
  },

  "follows no symlink out of the directory when it replays": async (steps: Steps) => {
    const { subject } = steps;
    const { layers } = subject;
    const layer = await steps.layer(await steps.view(PROJECT), [], "rm d/x; echo changed > d/y; echo changed > keep");
    const outside = (await steps.view("echo 1 > x; echo 1 > y; echo 1 > keep")).lower[0] ?? "";
    const directory = (await steps.view(`ln -s ${outside} d; ln -s ${outside}/keep keep`)).lower[0] ?? "";
    await layers.apply(layer, directory);
    expect(await subject.run({ type: "directory", path: outside }, "cat x y keep")).toBe("1\n1\n1\n");
    expect(await subject.run({ type: "directory", path: directory }, "test ! -L keep; cat d/y keep")).toBe("changed\nchanged\n");
  },

  "makes layers durable": async (steps: Steps) => {
    const view = await steps.view(EMPTY);
    const layers = [await steps.layer(view, [], "echo 1 > a"), await steps.layer(view, [], "mkdir b; echo 1 > b/a")];
    await expect(steps.subject.layers.sync(layers)).resolves.toBeUndefined();
    await expect(steps.subject.layers.sync([])).resolves.toBeUndefined();
  },
};

async function summary(layers: Layers, layer: LayerRef): Promise<string[]> {
  const entries: readonly { readonly type: string; readonly path: BytePath }[] = await layers.manifest(layer);
  return entries.map(({ type, path }) => `${type} ${displayPath(path)}`);
}
