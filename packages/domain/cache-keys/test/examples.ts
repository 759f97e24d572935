import { bytePath, bytePathFrom } from "@fresco/pipeline";
import type { KeyFields, LayerEntry } from "@fresco/cache-keys";

const CONTENT = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const OTHER = "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
const owner = { uid: 0, gid: 0 };

/** Fields with something in every place. */
export const fields: KeyFields = {
  sandbox: { kind: "linux", capabilities: ["system:layered"], workspace: "/workspace" },
  base: "linux/x64 rootfs:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef",
  layers: { system: ["11", "22"], workspace: ["33"] },
  command: "npm ci",
  shell: ["/bin/sh", "-e"],
  cwd: ".",
  env: { CI: "true", EMPTY: "" },
  secrets: { NPM_TOKEN: "npm" },
  outputs: ["dist/**"],
  options: { user: null, network: "none", mounts: ["/opt/node"], resources: { cpus: 2, memory: null } },
  values: ['{"node":24}'],
  inherited: { HTTPS_PROXY: "http://proxy:3128" },
  view: [
    { path: bytePath("a.txt"), mode: "100644", object: "78981922613b2afb6025042ff6bd878ac1994e85" },
    { path: bytePath("bin/run"), mode: "100755", object: "61780798228d17af2d34fce4cfbdf35556832472" },
    { path: bytePath("ä"), mode: "120000", object: "f2ad6c76f0115a6ba5b00456a849810e7ec0af20" },
  ],
};

/** One entry of each kind, with odd names. */
export const entries: readonly LayerEntry[] = [
  { path: bytePath("a dir"), type: "directory", mode: 0o755, ...owner },
  { path: bytePath("a dir/empty"), type: "file", mode: 0o644, ...owner, size: 0, content: CONTENT },
  { path: bytePath("a dir/linked"), type: "file", mode: 0o4755, uid: 1000, gid: 100, size: 3, content: OTHER },
  {
    path: bytePath("b\nnew:line"),
    type: "file",
    mode: 0o4755,
    uid: 1000,
    gid: 100,
    size: 3,
    content: OTHER,
    link: bytePath("a dir/linked"),
  },
  { path: bytePath("gone"), type: "deleted", directory: true },
  { path: bytePath("gone/file"), type: "deleted", directory: false },
  { path: bytePath("null"), type: "device", mode: 0o666, ...owner, device: "character", major: 1, minor: 3 },
  { path: bytePath("pipe"), type: "fifo", mode: 0o600, ...owner },
  { path: bytePath("sticky"), type: "directory", mode: 0o1777, ...owner, xattrs: { "user.b": "\u00ff\0", "user.a": "1" } },
  { path: bytePath("sym"), type: "symlink", mode: 0o777, ...owner, target: bytePath("../../outside") },
  { path: bytePathFrom(Uint8Array.of(0xff, 0xfe)), type: "file", mode: 0o644, ...owner, size: 0, content: CONTENT },
];

/** Fields with nothing where there may be nothing. */
export const emptyFields: KeyFields = {
  sandbox: { kind: "host", capabilities: [], workspace: "" },
  base: "",
  layers: { system: [], workspace: [] },
  command: "",
  shell: [],
  cwd: ".",
  env: {},
  secrets: {},
  outputs: null,
  options: { user: null, network: null, mounts: [], resources: { cpus: null, memory: null } },
  values: [],
  inherited: {},
  view: [],
};
