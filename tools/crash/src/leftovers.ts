import { existsSync, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { engineLeftovers } from "./engine-leftovers.ts";
import { mountsBelow, processesOf } from "./machine.ts";
import { type Rows, readRows } from "./rows.ts";
import type { Scene } from "./scene.ts";

/** Everything that a scene in which nothing runs must not hold, each in one line: processes, mounts, and rows and disk compared both ways. */
export function leftovers(scene: Pick<Scene, "home" | "state" | "mark" | "engine">): readonly string[] {
  const rows = readRows(scene.state);
  return [
    ...processesOf([`CRASH_MARK=${scene.mark}`, scene.home]).map(({ pid, command }) => `process ${pid}: ${command}`),
    ...mountsBelow(scene.home),
    ...(rows === undefined ? [] : [...unfinished(rows), ...differences(scene.state, rows)]),
    ...sourceLeftovers(join(scene.state, "projects")),
    ...(scene.engine && rows !== undefined ? engineLeftovers(scene.state, rows) : []),
  ];
}

function unfinished(rows: Rows): readonly string[] {
  const open = rows.runs.filter(({ status }) => status === "queued" || status === "running");
  return [
    ...(rows.integrity === "ok" ? [] : [`integrity: ${rows.integrity}`]),
    ...open.map(({ id, status }) => `run ${id} is ${status}`),
    ...rows.unfinishedJobs.map((job) => `job ${job}`),
    ...rows.owners.map((id) => `row of owner ${id}`),
    ...(rows.leases === 0 ? [] : [`${rows.leases} leases`]),
    ...rows.claims.map((key) => `claim ${key}`),
    ...(rows.remains === 0 ? [] : [`${rows.remains} attempts with remains`]),
    ...rows.layers.filter(({ named }) => !named).map(({ id }) => `row of layer ${id}, which no entry names`),
    ...rows.directories.filter(({ state }) => state !== "complete").map(({ id, kind, state }) => `row of ${kind} ${id}, which is ${state}`),
  ];
}

function differences(state: string, rows: Rows): readonly string[] {
  const kind = (name: string): string[] => rows.directories.filter((row) => row.kind === name).map(({ id }) => id);
  const files = (logs: readonly string[]): string[] => logs.flatMap((id) => [`${id}.log`, `${id}.index`]);
  const logs = names(join(state, "logs"));
  return [
    ...compare("l", kind("layer"), names(join(state, "l"))),
    ...compare("t", kind("tree"), names(join(state, "t"))),
    ...compare("o", [], names(join(state, "o"))),
    ...compare("w", [], names(join(state, "w"))),
    ...compare(
      "owners",
      [],
      names(join(state, "owners")).filter((name) => !name.startsWith("bring-up.lock")),
    ),
    ...without("logs", logs, files(rows.logs)),
    ...missing("logs", files(rows.written), logs),
  ];
}

function compare(folder: string, rows: readonly string[], disk: readonly string[]): readonly string[] {
  return [...without(folder, disk, rows), ...missing(folder, rows, disk)];
}

function without(folder: string, disk: readonly string[], rows: readonly string[]): readonly string[] {
  return disk.filter((name) => !rows.includes(name)).map((name) => `${folder}/${name} has no row`);
}

function missing(folder: string, rows: readonly string[], disk: readonly string[]): readonly string[] {
  return rows.filter((name) => !disk.includes(name)).map((name) => `the row of ${folder}/${name} has nothing on the disk`);
}

/** What the freezing of a project keeps: the current base and at most the one before it. Half-written objects go after ten minutes, as in any git. */
function sourceLeftovers(projects: string): readonly string[] {
  return names(projects).flatMap((project) => {
    const directory = join(projects, project);
    const current = existsSync(join(directory, "current")) ? readlinkSync(join(directory, "current")) : undefined;
    const stray = names(directory).filter((name) => name.startsWith("current."));
    const bases = names(join(directory, "bases")).filter((name) => name !== current);
    return [
      ...stray.map((name) => `projects/${project}/${name}`),
      ...(bases.length > 1 ? bases.map((name) => `projects/${project}/bases/${name} is not the current one`) : []),
    ];
  });
}

function names(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory) : [];
}
