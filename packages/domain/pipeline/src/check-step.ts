import { canonicalJson } from "./canonical-json.ts";
import { globFault } from "./glob.ts";
import type { Base, EnvValue, Policy } from "./ir.ts";
import type { PartialStep } from "./partial.ts";
import type { Problem } from "./problem.ts";
import { isId } from "./slug.ts";

/** What is wrong with one step by itself. Missing fields are passed over. */
export function checkStep(step: PartialStep, path: string): readonly Problem[] {
  return [
    ...checkId(step.id, `${path}.id`),
    ...checkCommand(step, `${path}.command`),
    ...(step.parent !== null && step.parent !== undefined && step.base !== undefined ? [baseOnChild(step, `${path}.base`)] : []),
    ...checkBase(step.base, `${path}.base`),
    ...checkEnv(step.env, `${path}.env`),
    ...checkCwd(step.cwd, `${path}.cwd`),
    ...checkShell(step.shell, `${path}.shell`),
    ...checkPolicy(step.cache, `${path}.cache`),
    ...(step.outputs ?? []).flatMap((glob, index) => checkGlob(glob, `${path}.outputs[${index}]`)),
    ...checkDuration(step.timeout, `${path}.timeout`),
    ...checkDuration(step.grace, `${path}.grace`),
    ...checkUser(step.user, `${path}.user`),
    ...checkResources(step.resources, `${path}.resources`),
    ...(step.git === true && step.cache !== undefined && step.cache.type !== "none" ? [gitCached(step, `${path}.git`)] : []),
  ];
}

/** Names of variables, references and secrets, and values that no process can be given. */
export function checkEnv(env: Readonly<Record<string, EnvValue>> | undefined, path: string): readonly Problem[] {
  return Object.entries(env ?? {}).flatMap(([name, value]) => {
    const at = `${path}.${name}`;
    const referred = typeof value === "string" ? undefined : "env" in value ? value.env : value.secret;
    return [
      ...checkVariable(name, at),
      ...(READ_ONLY.has(name) ? [readOnlyVariable(name, at)] : []),
      ...(referred === undefined ? [] : checkVariable(referred, at)),
      ...(typeof value === "string" && value.includes("\0")
        ? [
            {
              code: "ir.bad-env-value",
              path: at,
              message: `The value of ${name} holds a NUL character.`,
              hint: "No process can be given that: leave it out.",
            },
          ]
        : []),
    ];
  });
}

/** What a step or the pipeline stands on. */
export function checkBase(base: Base | undefined, path: string): readonly Problem[] {
  const empty = (base?.type === "image" && base.image === "") || (base?.type === "rootfs" && base.path === "");
  return empty ? [{ code: "ir.bad-base", path, message: "The base is empty text.", hint: "Name an image or a directory." }] : [];
}

/** A time limit of zero would end everything at once, and a broken one cannot be kept. */
export function checkDuration(milliseconds: number | undefined, path: string): readonly Problem[] {
  if (milliseconds === undefined || (Number.isSafeInteger(milliseconds) && milliseconds > 0)) return [];
  const message = milliseconds === 0 ? "The duration is zero." : `${milliseconds} is no duration.`;
  return [{ code: "ir.bad-duration", path, message, hint: "It must be a whole number of milliseconds above zero; leave it out for none." }];
}

// Assigning these is an error in bash, which would fail the step before its first line.
const READ_ONLY = new Set(["UID", "EUID", "PPID", "BASHOPTS", "BASH_VERSINFO", "SHELLOPTS"]);

function checkId(id: string | undefined, path: string): readonly Problem[] {
  if (id === undefined || isId(id)) return [];
  const hint = 'Use letters, digits, "_", "-" and ".", beginning with a letter, a digit or "_"; a label may hold anything.';
  return [{ code: "ir.bad-id", path, message: `${JSON.stringify(id)} cannot be the id of a step.`, hint }];
}

function checkCommand({ command, id }: PartialStep, path: string): readonly Problem[] {
  if (command === undefined) return [];
  if (typeof command !== "string" || command.trim() === "") {
    return [{ code: "ir.empty-command", path, message: `The step ${name(id)} has no command.`, hint: 'Give it one, such as "npm test".' }];
  }
  if (!command.includes("\0")) return [];
  return [
    {
      code: "ir.bad-command",
      path,
      message: `The command of ${name(id)} holds a NUL character.`,
      hint: "No shell can be given that: leave it out.",
    },
  ];
}

function checkVariable(variable: string, path: string): readonly Problem[] {
  if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(variable)) return [];
  const hint = "Use letters, digits and _, not beginning with a digit.";
  return [{ code: "ir.bad-env-name", path, message: `${JSON.stringify(variable)} cannot be the name of a variable.`, hint }];
}

function checkCwd(cwd: string | undefined, path: string): readonly Problem[] {
  if (cwd === undefined || (cwd !== "" && !cwd.startsWith("/") && !cwd.includes("\0") && !leaves(cwd))) return [];
  const hint = 'Name a directory inside the workspace, relative to it, such as "packages/app".';
  return [{ code: "ir.bad-cwd", path, message: `The directory ${JSON.stringify(cwd)} is not inside the workspace.`, hint }];
}

function leaves(cwd: string): boolean {
  let depth = 0;
  return cwd.split("/").some((segment) => {
    if (segment === "..") depth -= 1;
    else if (segment !== "" && segment !== ".") depth += 1;
    return depth < 0;
  });
}

function checkUser(user: string | undefined, path: string): readonly Problem[] {
  if (user === undefined || /^[\w][\w.-]*(:[\w][\w.-]*)?$/.test(user)) return [];
  const hint = 'Name a user of the image or a number, with or without a group, such as "node" or "1000:1000".';
  return [{ code: "ir.bad-user", path, message: `${JSON.stringify(user)} names no user.`, hint }];
}

function checkResources(resources: PartialStep["resources"], path: string): readonly Problem[] {
  const { cpus, memory } = resources ?? {};
  const hint = "It must be above zero; leave it out for no limit.";
  return [
    ...(cpus === undefined || (Number.isFinite(cpus) && cpus > 0)
      ? []
      : [{ code: "ir.bad-size", path: `${path}.cpus`, message: `${cpus} is no number of processors.`, hint }]),
    ...(memory === undefined || (Number.isSafeInteger(memory) && memory > 0)
      ? []
      : [{ code: "ir.bad-size", path: `${path}.memory`, message: `${memory} is no amount of memory in bytes.`, hint }]),
  ];
}

function checkShell(shell: readonly string[] | undefined, path: string): readonly Problem[] {
  if (shell === undefined || (shell.length > 0 && shell[0] !== "" && !shell.some((word) => word.includes("\0")))) return [];
  return [
    {
      code: "ir.bad-shell",
      path,
      message: "The shell names no program.",
      hint: 'Name a program and its arguments, such as "/bin/bash -eu".',
    },
  ];
}

function checkPolicy(policy: Policy | undefined, path: string): readonly Problem[] {
  if (policy?.type === "ttl") return checkDuration(policy.ttl, `${path}.ttl`);
  if (policy?.type === "onChange") {
    if (policy.globs.length === 0) return [emptyPolicy("onChange()", path, "Name the files it depends on, or use forever().")];
    return policy.globs.flatMap(({ pattern }, index) => checkGlob(pattern, `${path}.globs[${index}].pattern`));
  }
  if (policy?.type === "onValue" && !isCanonical(policy.value)) {
    return [
      {
        code: "ir.bad-value",
        path: `${path}.value`,
        message: "The value is no canonical JSON.",
        hint: "Write JSON without white space, its names sorted.",
      },
    ];
  }
  if (policy?.type !== "all") return [];
  if (policy.of.length === 0) return [emptyPolicy("all()", path, "Name the policies that must hold, or leave the cache out.")];
  return policy.of.flatMap((part, index) => checkPolicy(part, `${path}.of[${index}]`));
}

function checkGlob(pattern: string, path: string): readonly Problem[] {
  const fault = globFault(pattern);
  if (fault === undefined) return [];
  return [
    {
      code: "ir.bad-glob",
      path,
      message: `The glob ${JSON.stringify(pattern)} ${fault}.`,
      hint: 'Write it from the project\'s root, such as "src/**/*.ts".',
    },
  ];
}

function isCanonical(json: string): boolean {
  try {
    return canonicalJson(JSON.parse(json)) === json;
  } catch {
    return false;
  }
}

function readOnlyVariable(variable: string, path: string): Problem {
  return { code: "ir.bad-env-name", path, message: `${variable} is read-only in shells.`, hint: "Use another name." };
}

function baseOnChild({ id, parent }: PartialStep, path: string): Problem {
  return {
    code: "ir.base-on-child",
    path,
    message: `The step ${name(id)} stands on "${parent}" and names a base of its own.`,
    hint: "Leave out one of the two.",
  };
}

function gitCached({ id }: PartialStep, path: string): Problem {
  return {
    code: "ir.git-cached",
    path,
    message: `The step ${name(id)} is cached and asks for git, which no key covers.`,
    hint: "Leave out `cache` or `git`.",
  };
}

function emptyPolicy(policy: string, path: string, hint: string): Problem {
  return { code: "ir.empty-policy", path, message: `${policy} has nothing in it.`, hint };
}

function name(id: string | undefined): string {
  return id === undefined ? "without id" : JSON.stringify(id);
}
