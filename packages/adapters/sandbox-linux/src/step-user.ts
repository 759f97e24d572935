import { chmodSync, lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { StepExit, StepRequest } from "@fresco/ports";

/** Who a step runs as. */
export interface StepUser {
  readonly uid: number;
  readonly gid: number;
  /** Further groups. */
  readonly groups: readonly number[];
  readonly home: string;
}

/**
 * Finds out who a user is as a container would: names and homes are those of the step's own system, a number needs no account.
 * @param asked A name or number, with or without a group (`node`, `1000:1000`).
 * @param roots Directories of the system, topmost first.
 * @returns `undefined`: the system has no such user or group.
 */
export function findUser(asked: string, roots: readonly string[]): StepUser | undefined {
  const [name = "", group] = asked.split(":");
  const account = rowsOf("passwd", roots).find(([login, , uid]) => login === name || uid === name);
  const uid = numberOf(account?.[2] ?? name);
  const groups = rowsOf("group", roots);
  const gid = group === undefined ? (numberOf(account?.[3]) ?? 0) : numberOf(groups.find(([title]) => title === group)?.[2] ?? group);
  if (uid === undefined || gid === undefined) return undefined;
  const login = account?.[0];
  // Whoever names a group gets that one alone, as from a container.
  const further = group !== undefined || login === undefined ? [] : groups.filter(([, , , members]) => members?.split(",").includes(login));
  return { uid, gid, groups: further.flatMap(([, , id]) => numberOf(id) ?? []), home: account?.[5] || "/" };
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The rows of a table in `/etc`, as the topmost root has it that has one. No symlink is followed: it would lead out of the step's system. */
function rowsOf(table: string, roots: readonly string[]): readonly (readonly string[])[] {
  const file = roots.map((root) => join(root, "etc", table)).find((path) => lstatSync(path, { throwIfNoEntry: false }) !== undefined);
  if (file === undefined || !lstatSync(join(file, "..")).isDirectory() || !lstatSync(file).isFile()) return [];
  return readFileSync(file, "utf8")
    .split("\n")
    .map((line) => line.split(":"));
}

export function userMissing(user: string | undefined): StepExit {
  return {
    type: "unstarted",
    code: "sandbox.user-missing",
    text: `The step's system has no user or group ${user}.`,
    hint: "Name one that its /etc/passwd has, or a number.",
  };
}

/** The workspace is the caller's. Another user must be able to add to it at least. */
export function openTo({ user, workspace }: StepRequest): void {
  if (user === undefined || /^(root|0)(:|$)/.test(user)) return;
  chmodSync(workspace.type === "overlay" ? workspace.upper : workspace.path, 0o777);
}
