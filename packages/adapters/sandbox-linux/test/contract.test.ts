import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sandboxContract } from "@fresco/ports-testing/contracts";
import { copyPrograms, openSandbox } from "./support.ts";

sandboxContract({ name: "linux", open: () => openSandbox() });
sandboxContract({ name: "linux over a rootfs", open: openOverRootfs });

const PROGRAMS = [
  "cat",
  "chmod",
  "cut",
  "env",
  "grep",
  "head",
  "ln",
  "ls",
  "mkdir",
  "rm",
  "sed",
  "sh",
  "sleep",
  "stat",
  "tee",
  "touch",
  "tr",
  "wc",
];

async function openOverRootfs(): ReturnType<typeof openSandbox> {
  const subject = await openSandbox();
  const rootfs = join(subject.directory, "rootfs");
  for (const directory of ["etc", "opt", "root", "usr/local"]) mkdirSync(join(rootfs, directory), { recursive: true });
  copyPrograms(
    PROGRAMS.map((name) => `/bin/${name}`),
    rootfs,
  );
  return { ...subject, base: { type: "rootfs", path: rootfs }, [Symbol.asyncDispose]: () => subject[Symbol.asyncDispose]() };
}
