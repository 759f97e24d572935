import { spawnSync } from "node:child_process";

/** Others may use the Engine meanwhile: only what Fresco marks or names is looked at. */
const LABEL = ["--filter", "label=dev.fresco.store"];

const LISTS: Readonly<Record<string, readonly string[]>> = {
  container: ["ps", "-a", ...LABEL, "--format", "{{.ID}} {{.Image}} {{.Labels}}"],
  volume: ["volume", "ls", ...LABEL, "--format", "{{.Name}}"],
  network: ["network", "ls", ...LABEL, "--format", "{{.ID}} {{.Name}}"],
  image: ["image", "ls", "--filter", "reference=fresco-*/*", "--format", "{{.Repository}}:{{.Tag}}"],
};

/** The images that tests make once and keep. */
const KEPT = /^fresco-test\//;

/** Everything in the Docker Engine that a test could have left, a line each; nothing where no Engine answers. Untagged images are the Engine's own cache. */
export function engineObjects(): readonly string[] {
  return Object.entries(LISTS).flatMap(([kind, args]) => {
    const { status, stdout } = spawnSync("docker", [...args], { encoding: "utf8" });
    const lines = status === 0 ? stdout.split("\n").filter((line) => line !== "" && line !== "<none>:<none>") : [];
    return lines.filter((line) => !KEPT.test(line)).map((line) => `${kind} ${line}`);
  });
}
