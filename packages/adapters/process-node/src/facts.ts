import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Where a process number means something. */
export interface Place {
  readonly bootId: string;
  readonly machineId: string;
  readonly pidNamespace: string;
}

/** What a platform tells about processes. */
export interface PlatformFacts {
  place(): Place;
  /** Tells two processes with one number apart. `undefined`: there is none, or it has ended and only waits to be collected. */
  startTime(pid: number): string | undefined;
}

/** The facts of this platform. */
export function facts(): PlatformFacts {
  return process.platform === "linux" ? linux : other;
}

let place: Place | undefined;

const linux: PlatformFacts = {
  place() {
    place ??= {
      bootId: readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim(),
      machineId: machineId(),
      pidNamespace: /\d+/.exec(readlinkSync("/proc/self/ns/pid"))?.[0] ?? "",
    };
    return place;
  },
  startTime(pid) {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    } catch {
      return undefined;
    }
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const state = fields[0];
    return state === "Z" || state === "X" ? undefined : fields[19];
  },
};

const other: PlatformFacts = {
  place() {
    place ??= {
      bootId: ask("sysctl", ["-n", "kern.boottime"]) ?? "",
      machineId: ask("sysctl", ["-n", "kern.uuid"]) ?? hostname(),
      pidNamespace: "",
    };
    return place;
  },
  startTime(pid) {
    const [state, ...started] = (ask("ps", ["-o", "stat=,lstart=", "-p", String(pid)]) ?? "").split(/\s+/);
    return state === undefined || state === "" || state.startsWith("Z") ? undefined : started.join(" ");
  },
};

function machineId(): string {
  for (const file of ["/etc/machine-id", "/var/lib/dbus/machine-id"]) {
    try {
      const id = readFileSync(file, "latin1").trim();
      if (id !== "") return id;
    } catch {
      // Containers often have none.
    }
  }
  return hostname();
}

function ask(program: string, args: readonly string[]): string | undefined {
  try {
    return execFileSync(program, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      env: { ...process.env, LC_ALL: "C" },
    }).trim();
  } catch {
    return undefined;
  }
}
