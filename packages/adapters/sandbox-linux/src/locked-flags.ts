import { readFileSync } from "node:fs";

const LOCKED = ["nosuid", "nodev", "noexec"];

/**
 * Flags of the host's mount that holds this path which a remount in a user namespace must repeat, since the kernel does not let it
 * drop them.
 */
export function lockedFlags(path: string, table: string = mountTable()): readonly string[] {
  let best = { point: "", options: "" };
  for (const line of table.split("\n")) {
    const [, , , , point = "", options = ""] = line.split(" ");
    const place = unescapeField(point);
    const holds = path === place || path.startsWith(place.endsWith("/") ? place : `${place}/`);
    // A later line of the same length lies over the earlier one.
    if (point !== "" && holds && place.length >= best.point.length) best = { point: place, options };
  }
  return best.options.split(",").filter((option) => LOCKED.includes(option));
}

function mountTable(): string {
  return readFileSync("/proc/self/mountinfo", "utf8");
}

function unescapeField(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
