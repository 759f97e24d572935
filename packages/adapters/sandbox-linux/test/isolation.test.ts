import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { Rig } from "@fresco/ports-testing/contracts";
import { describe, expect, it } from "vitest";
import { copyPrograms, openSandbox } from "./support.ts";

const isRoot = process.geteuid?.() === 0;

/** What a command prints in a fresh sandbox. */
async function printed(
  command: string,
  options: Parameters<typeof openSandbox>[0] = {},
  wish: { readonly env?: Readonly<Record<string, string>> } = {},
): Promise<string> {
  await using subject = await openSandbox(options);
  const { stdout, stderr, exit } = await new Rig(subject).run(command, { shell: ["/bin/sh"], ...wish });
  return exit.type === "exited" ? stdout + stderr : JSON.stringify(exit);
}

describe("a step in the Linux sandbox", () => {
  it("has a machine, processes and an environment of its own", async () => {
    expect(
      await printed("uname -n; cat /etc/hostname; ls /proc | grep -c '^[0-9]*$' | sed 's/[1-9]/few/'; env | sort | grep -v '^_='"),
    ).toBe(
      "fresco\nfresco\nfew\nCI=true\nHOME=/root\nLANG=C.UTF-8\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nPWD=/workspace\nTZ=UTC\n",
    );
  });

  it("runs as user 0 in no other group, with umask 022 and Docker's capabilities less MKNOD, and cannot gain any", async () => {
    expect(await printed("id -u; umask; grep -E 'CapEff|CapBnd|CapInh|NoNewPrivs' /proc/self/status | tr '\\t' ' '")).toBe(
      "0\n0022\nCapInh: 0000000000000000\nCapEff: 00000000a00425fb\nCapBnd: 00000000a00425fb\nNoNewPrivs: 1\n",
    );
    if (isRoot) expect(await printed("id -G")).toBe("0\n");
  });

  it("sees neither the homes nor the temporary files of the host", async () => {
    const own = mkdtempSync(join(tmpdir(), "fresco-visible-"));
    try {
      expect(
        await printed(`ls -A /home ~ /tmp /var/tmp /run | grep -v :; ls ${own} ${homedir()}/.profile 2>&1 | grep -c 'No such'`),
      ).toMatch(/^\n*2\n$/);
    } finally {
      rmSync(own, { recursive: true });
    }
  });

  it("finds the devices that programs need, and no others", async () => {
    expect(
      await printed("ls /dev; echo x > /dev/null; head -c 2 /dev/zero | wc -c; echo shared > /dev/shm/x; cat /dev/shm/x; ls /sys"),
    ).toBe("fd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\nzero\n2\nshared\n");
  });

  it("can make no device, mount nothing and change nothing of the kernel's", async () => {
    expect(
      await printed(
        "mknod x c 1 3; mount -t tmpfs t /tmp; echo 1 > /proc/sys/kernel/pid_max; cat /proc/timer_list | wc -c; ls /proc/acpi 2>/dev/null | wc -l",
      ),
    ).toMatch(
      /^0\n0\nmknod: .*Operation not permitted\nmount: .*permission denied.*\n(.*\n)*.*cannot create \/proc\/sys\/kernel\/pid_max: (Read-only file system|Permission denied)\n$/,
    );
  });

  it("cannot look at the host through the process that started it", async () => {
    expect(await printed("ls /proc/1/root/ 2>&1; cat /proc/1/environ 2>&1")).toMatch(
      /^ls: .*Permission denied\ncat: .*Permission denied\n$/,
    );
  });

  it("sees accounts but nobody's password, and no private keys", async (t) => {
    t.skip(!isRoot, "an ordinary user's steps cannot read these files anyway");
    expect(readFileSync("/etc/shadow", "latin1")).toContain("root:");
    expect(await printed("cut -d: -f2 /etc/shadow | sort -u; cut -d: -f2 /etc/gshadow | sort -u; ls -A /etc/ssl/private")).toBe("*\n*\n");
  });

  it("can add an account, which rewrites the masked files", async (t) => {
    t.skip(!isRoot, "an ordinary user's system is read-only");
    t.skip(!existsSync("/usr/sbin/useradd"), "there is no useradd");
    expect(await printed("useradd fresco-inside && id -un fresco-inside && grep -c fresco-inside /etc/shadow")).toBe("fresco-inside\n1\n");
    expect(readFileSync("/etc/shadow", "latin1")).not.toContain("fresco-inside");
  });

  it("resolves names, its own among them", async () => {
    expect(await printed("getent hosts localhost fresco | wc -l; test -r /etc/resolv.conf && echo servers")).toBe("2\nservers\n");
  });

  it("sees hidden directories empty where they would be visible", async (t) => {
    t.skip(!isRoot, "only root can make a directory in /var/lib, which steps see and no identity of the host covers");
    const hidden = mkdtempSync("/var/lib/fresco-hidden-");
    try {
      writeFileSync(join(hidden, "secret"), "");
      expect(await printed(`ls -A ${hidden}; touch ${hidden}/x`, { hidden: [hidden] })).toMatch(/^touch: .*Read-only file system\n$/);
    } finally {
      rmSync(hidden, { recursive: true });
    }
  });

  it("starts all the same where a hidden directory lies in one that is blank", async () => {
    const hidden = mkdtempSync("/var/tmp/fresco-hidden-");
    try {
      expect(await printed("ls -A /var/tmp", { hidden: [hidden] })).toBe("");
    } finally {
      rmSync(hidden, { recursive: true });
    }
  });

  it("finds the user's toolchains at their place, read-only, and on its PATH", async () => {
    const home = mkdtempSync(join(tmpdir(), "fresco-home-"));
    try {
      const bin = join(home, ".volta/bin");
      mkdirSync(bin, { recursive: true });
      writeFileSync(join(bin, "fresco-tool"), "#!/bin/sh\necho the tool\n", { mode: 0o755 });
      writeFileSync(join(home, "private"), "");
      chmodSync(home, 0o755);
      const environment = { HOME: home, PATH: `/usr/bin:${bin}` };
      expect(await printed(`fresco-tool; echo $VOLTA_HOME; ls -A ${home}; touch ${bin}/x`, { environment })).toMatch(
        new RegExp(`^the tool\n${join(home, ".volta")}\n\\.volta\ntouch: .*Read-only file system\n$`),
      );
    } finally {
      rmSync(home, { recursive: true });
    }
  });

  it("gets proxy and certificate variables and the files that these name, and nothing else of the user's", async () => {
    const directory = mkdtempSync(join(tmpdir(), "fresco-ca-"));
    try {
      const file = join(directory, "ca.pem");
      writeFileSync(file, "certificates\n");
      const environment = { HTTPS_PROXY: "http://proxy:3128", NODE_EXTRA_CA_CERTS: file, EDITOR: "vi" };
      expect(await printed("echo $HTTPS_PROXY $EDITOR; cat $NODE_EXTRA_CA_CERTS", { environment })).toBe(
        "http://proxy:3128\ncertificates\n",
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("sees the topmost of a hundred layers, with paths that mount options could not hold", async (t) => {
    t.skip(!isRoot, "an ordinary user's system has no layers");
    await using subject = await openSandbox();
    const system = Array.from({ length: 100 }, (_, index) => {
      const path = join(subject.directory, `layer: ${"x".repeat(80)},${index}`);
      mkdirSync(join(path, "tree/usr/share"), { recursive: true });
      writeFileSync(join(path, "tree/usr/share/fresco-number"), `${index}\n`);
      return { id: path, digest: path, path };
    });
    const { stdout } = await new Rig(subject).run("cat /usr/share/fresco-number", { system });
    expect(stdout).toBe("99\n");
  });

  it("does not start where the kernel would refuse the stack, and says where the state may be", async (t) => {
    t.skip(!isRoot, "an ordinary user's system has no layers");
    await using subject = await openSandbox();
    const directory = mkdtempSync("/var/tmp/fresco-state-");
    try {
      const run = new Rig({ ...subject, directory }).run("true");
      await expect(run).rejects.toMatchObject({ code: "sandbox.state-in-base" });
      await expect(run).rejects.toThrow(directory);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  it("may preload a library without one of the sandbox's own programs seeing it", async () => {
    const output = await printed("echo ran", {}, { env: { LD_PRELOAD: "/no/such/library.so" } });
    expect(output.match(/ran/g)).toHaveLength(1);
    // Its own shell complains, once.
    expect(output.match(/cannot be preloaded/g)).toHaveLength(1);
  });

  it("has the repository at .git, which is no change of its workspace", async () => {
    await using subject = await openSandbox();
    const rig = new Rig(subject);
    const git = await rig.fresh("git");
    writeFileSync(join(git, "HEAD"), "ref: refs/heads/main\n");
    const workspace = await rig.workspace({ "a.txt": "" });
    const request = {
      owner: "o",
      run: "r",
      job: "j",
      attempt: 1,
      base: { type: "host" } as const,
      toolchains: [],
      system: [],
      shell: ["/bin/sh"],
      cwd: ".",
      env: {},
      output: () => undefined,
    };
    const step = await subject.sandbox.start({
      ...request,
      workspace,
      git,
      scratch: await rig.fresh("scratch"),
      command: "test -f .git/HEAD && touch made",
    });
    expect(await step.exit).toEqual({ type: "exited", code: 0 });
    if (workspace.type !== "overlay") throw new Error("an overlay was expected");
    expect([existsSync(join(workspace.upper, "made")), existsSync(join(workspace.upper, ".git"))]).toEqual([true, false]);
  });
});

describe("an unpacked image as the base", () => {
  it("gives its environment and its user, and shows no toolchain of the host's", async () => {
    await using subject = await openSandbox({
      environment: { PATH: `${process.env["HOME"]}/.nvm/versions/node/v1/bin`, HOME: process.env["HOME"] },
      images: async () => ({
        rootfs: join(subject.directory, "rootfs"),
        identity: "image:1",
        env: { PATH: "/opt/bin:/bin", GREETING: "hello world" },
        user: "4711:4712",
      }),
    });
    const rootfs = join(subject.directory, "rootfs");
    copyPrograms(["/bin/sh", "/bin/ls", "/bin/cut", "/bin/tr"], rootfs);
    const rig = new Rig({ ...subject, base: { type: "image", image: "x" } });
    const { inherited, mounts } = await subject.sandbox.identify(rig.base, []);
    expect([inherited["PATH"], mounts]).toEqual(["/opt/bin:/bin", []]);
    const command = "echo $PATH; echo $GREETING; : > mine; ls -ln mine | tr -s ' ' | cut -d' ' -f3,4";
    const { stdout } = await rig.run(command);
    expect(stdout).toBe(`/opt/bin:/bin\nhello world\n${isRoot ? "4711 4712" : "0 0"}\n`);
    const own = await rig.run("echo $GREETING", { env: { GREETING: "bye" } });
    expect(own.stdout).toBe("bye\n");
  });
});

describe("a rootfs directory as the base", () => {
  it("is the whole system, whatever stands where something is mounted", async (t) => {
    t.skip(!existsSync("/usr/bin/ldd"), "there is no ldd to tell the libraries of a shell");
    await using subject = await openSandbox();
    const rootfs = join(subject.directory, "rootfs");
    copyPrograms(["/bin/sh", "/bin/ls", "/bin/cat"], rootfs);
    mkdirSync(join(rootfs, "dev"));
    mkdirSync(join(rootfs, "etc"));
    // An old distribution's: mounting there must not follow it to the host.
    symlinkSync("/run/shm", join(rootfs, "dev/shm"));
    const base = { type: "rootfs", path: rootfs } as const;
    const rig = new Rig({ ...subject, base });
    const { stdout, exit } = await rig.run("ls /; echo x > /etc/made; cat a.txt; echo s > /dev/shm/s; cat /dev/shm/s", {
      files: { "a.txt": "workspace\n" },
    });
    expect([stdout, exit]).toEqual([
      `${[...new Set([...readdirSync(rootfs), "proc", "run", "sys", "tmp", "workspace"])].sort().join("\n")}\nworkspace\ns\n`,
      { type: "exited", code: 0 },
    ]);
    expect(existsSync(join(rootfs, "etc/made"))).toBe(false);
    const before = await subject.sandbox.identify(base, []);
    writeFileSync(join(rootfs, "etc/added"), "");
    expect((await subject.sandbox.identify(base, [])).identity).not.toBe(before.identity);
  });

  it("without a shell starts nothing, and says so", async () => {
    await using subject = await openSandbox();
    const rootfs = join(subject.directory, "rootfs");
    mkdirSync(rootfs);
    const { exit } = await new Rig({ ...subject, base: { type: "rootfs", path: rootfs } }).run("true");
    expect(exit).toMatchObject({
      type: "unstarted",
      code: "sandbox.shell-missing",
      text: "The step's base has no working /bin/sh, which starts every step.",
    });
  });
});
