import { execFileSync } from "node:child_process";
import { join } from "node:path";
import type { CapturedLayer, Workspace } from "@fresco/ports";
import fc from "fast-check";
import { expect, it } from "vitest";
import { CowLayers, CowWorkspaces } from "../src/index.ts";
import { type Difference, difference, LIST, type Listing, parseListing, replay } from "./naive-model.ts";
import { directory, noOverlay, runIn, temporaryDirectory } from "./support.ts";

const PRELUDE = `umask 022; n=$(printf '\\377'); w() { rm -rf "$1"; mkdir -p "$(dirname "$1")" && printf "$2" > "$1"; }\n`;

const name = fc.constantFrom("a", "b", "c", "$n");
const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((parts) => `"${parts.join("/")}"`);
const content = fc.constantFrom("one", "two", "");
const write = fc.tuple(path, content).map(([at, text]) => `w ${at} '${text}'`);
const mutation = fc.oneof(
  { weight: 4, arbitrary: write },
  { weight: 3, arbitrary: path.map((at) => `rm -rf ${at}`) },
  path.map((at) => `mkdir -p ${at}`),
  path.map((at) => `rm -rf ${at}; mkdir -p ${at}`),
  path.map((at) => `rm -rf ${at}; mkdir -p "$(dirname ${at})" && ln -s /nowhere ${at}`),
  path.map((at) => `rm -rf ${at}; mkdir -p "$(dirname ${at})" && mkfifo ${at}`),
  path.map((at) => `touch -c ${at}`),
  fc.tuple(path, path).map(([from, to]) => `mv ${from} ${to}`),
  fc.tuple(path, fc.constantFrom("u+x", "755", "1700")).map(([at, mode]) => `test -L ${at} || chmod ${mode} ${at}`),
);
const script = (commands: fc.Arbitrary<string>, maxLength: number) =>
  fc.array(commands, { maxLength }).map((lines) => PRELUDE + lines.map((line) => `{ ${line}; } 2>/dev/null || true`).join("\n"));

const history = fc.record({
  views: fc.array(script(write, 6), { minLength: 2, maxLength: 3 }),
  steps: fc.array(
    fc.record({ view: fc.nat(2), beneath: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), script: script(mutation, 5) }),
    {
      minLength: 1,
      maxLength: 4,
    },
  ),
  finally: fc.nat(2),
});

const layers = new CowLayers();

it("gives one layer for one change, and shows one workspace for one stack, as an overlay, as a directory, by replaying and in a naive model", async (t) => {
  t.skip(noOverlay !== undefined, noOverlay);
  await fc.assert(fc.asyncProperty(history, follow), { numRuns: Number(process.env["FRESCO_HISTORIES"] ?? 40), ...seed() });
});

function seed(): { readonly seed?: number } {
  const given = process.env["FRESCO_SEED"];
  return given === undefined ? {} : { seed: Number(given) };
}

async function follow({ views, steps, finally: last }: typeof history extends fc.Arbitrary<infer T> ? T : never): Promise<void> {
  using temporary = temporaryDirectory();
  const bench = new Bench(temporary.path);
  const seen = views.map((content, index) => bench.view(`view-${index}`, content));
  const viewAt = (index: number) => {
    const view = seen[index % seen.length];
    if (view === undefined) throw new Error("no view");
    return view;
  };
  const done: { readonly layer: CapturedLayer | undefined; readonly change: Difference }[] = [];
  for (const [index, step] of steps.entries()) {
    const stack = done.filter((_, position) => step.beneath[position] === true);
    done.push(await bench.step(`step-${index}`, viewAt(step.view), stack, step.script));
  }
  await bench.compare(viewAt(last), done);
}

interface View {
  readonly path: string;
  readonly listing: Listing;
}

interface Done {
  readonly layer: CapturedLayer | undefined;
  readonly change: Difference;
}

class Bench {
  readonly #at: string;
  readonly #workspaces: CowWorkspaces;
  #count = 0;

  constructor(at: string) {
    this.#at = at;
    this.#workspaces = new CowWorkspaces({ layers, state: at });
  }

  view(id: string, content: string): View {
    const path = directory(this.#at, id);
    return { path, listing: listingOf(path, content) };
  }

  /** Runs a step in both forms; they have to see, leave and capture the same. */
  async step(id: string, view: View, stack: readonly Done[], commands: string): Promise<Done> {
    const expected = stack.reduce((listing, { change }) => replay(listing, change), view.listing);
    const runs = await Promise.all(
      (["overlay", "directory"] as const).map(async (form) => {
        const workspace = await this.#prepare(form, view, stack);
        const [before, after] = runIn(workspace.description, `${LIST}\nprintf '\\3'\n${commands}\n${LIST}`).split("\x03").map(parseListing);
        const layer = await layers.capture([{ changes: workspace.changes, options: { outputs: null } }], {
          id: `${id}-${form}`,
          path: directory(this.#at, `${id}-${form}`),
        });
        expect(before, `${id} before, ${form}`).toEqual(expected);
        if (layer !== undefined) expect(await layers.verify(layer), `${id} verified, ${form}`).toBe(true);
        return { layer, after: after ?? new Map() };
      }),
    );
    const [overlay, copy] = runs;
    if (overlay === undefined || copy === undefined) throw new Error("no runs");
    expect(overlay.after).toEqual(copy.after);
    if (overlay.layer !== undefined && copy.layer !== undefined)
      expect(await layers.manifest(overlay.layer)).toEqual(await layers.manifest(copy.layer));
    expect(overlay.layer?.digest).toBe(copy.layer?.digest);
    expect(overlay.layer?.footprint).toEqual(copy.layer?.footprint);
    // Which form a layer came from must make no difference to whoever reads it.
    return { layer: this.#count++ % 2 === 0 ? overlay.layer : copy.layer, change: difference(expected, overlay.after) };
  }

  async compare(view: View, stack: readonly Done[]): Promise<void> {
    const expected = stack.reduce((listing, { change }) => replay(listing, change), view.listing);
    for (const form of ["overlay", "directory"] as const) {
      const { description } = await this.#prepare(form, view, stack);
      expect(parseListing(runIn(description, LIST)), `in the end, ${form}`).toEqual(expected);
    }
    const replayed = join(this.#at, "replayed");
    execFileSync("cp", ["-a", view.path, replayed]);
    for (const { layer } of stack) if (layer !== undefined) await layers.apply(layer, replayed);
    expect(listingOf(replayed, ":"), "in the end, replayed").toEqual(expected);
  }

  #prepare(form: "overlay" | "directory", view: View, stack: readonly Done[]): Promise<Workspace> {
    const scratch = directory(this.#at, `scratch-${this.#count++}-${form}`);
    const captured = stack.flatMap(({ layer }) => layer ?? []);
    return this.#workspaces.prepare({
      view: { lower: [view.path], release: async () => {} },
      layers: captured.map((layer, index) => ({ layer, step: layer.id, ancestors: captured.slice(0, index).map(({ id }) => id) })),
      scratch,
      form: form === "overlay" ? { type: "overlay" } : { type: "directory", path: directory(scratch, "workspace") },
    });
  }
}

function listingOf(path: string, commands: string): Listing {
  return parseListing(runIn({ type: "directory", path }, `${commands}\n${LIST}`));
}
