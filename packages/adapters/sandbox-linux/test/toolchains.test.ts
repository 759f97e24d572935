import { describe, expect, it } from "vitest";
import { toolchainsOf } from "../src/index.ts";

const home = "/home/me";
const of = (...entries: readonly string[]) =>
  toolchainsOf(
    entries.map((entry) => ({ entry, real: entry })),
    home,
  );

describe("toolchainsOf", () => {
  it.each([
    [".nvm/versions/node/v24.1.0/bin", [".nvm"]],
    [".volta/bin", [".volta"]],
    [".local/share/mise/shims", [".local/share/mise"]],
    [".asdf/shims", [".asdf"]],
    [".pyenv/shims", [".pyenv"]],
    [".local/share/uv/tools/ruff/bin", [".local/share/uv"]],
    [".local/bin", [".local/bin", ".local/share/uv"]],
    [".cargo/bin", [".cargo/bin", ".rustup"]],
    [".sdkman/candidates/java/current/bin", [".sdkman"]],
    ["go/bin", ["go/bin"]],
    ["sdk/go1.25/bin", ["sdk"]],
    [".bun/bin", [".bun/bin"]],
    [".deno/bin", [".deno/bin"]],
  ])("finds the installation that ~/%s belongs to", (entry, roots) => {
    const found = of("/usr/bin", `${home}/${entry}`);
    expect(found.roots).toEqual(roots.map((root) => `${home}/${root}`));
    expect(found.bins).toEqual([`${home}/${entry}`]);
  });

  it("follows an entry that only leads into the home directory, as fnm's do", () => {
    const real = `${home}/.local/share/fnm/node-versions/v24/installation/bin`;
    const found = toolchainsOf([{ entry: "/run/user/1000/fnm_multishells/1/bin", real }], home);
    expect(found).toMatchObject({ roots: [`${home}/.local/share/fnm`], bins: [real] });
  });

  it("keeps the order of PATH and names nothing twice", () => {
    const found = of(`${home}/.volta/bin`, `${home}/.cargo/bin`, `${home}/.volta/bin`);
    expect(found.bins).toEqual([`${home}/.volta/bin`, `${home}/.cargo/bin`]);
  });

  it("tells the tools where the rest of them is, since HOME is another one", () => {
    expect(of(`${home}/.cargo/bin`, `${home}/.pyenv/shims`).env).toEqual({ RUSTUP_HOME: `${home}/.rustup`, PYENV_ROOT: `${home}/.pyenv` });
  });

  it("lets in nothing else of the home directory, and nobody else's", () => {
    expect(of(`${home}/bin`, `${home}/.nvmx/bin`, "/home/you/.nvm/bin", "/usr/bin")).toEqual({ roots: [], bins: [], env: {} });
  });
});
