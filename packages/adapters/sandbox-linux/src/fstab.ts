/** One mount, as mount(8) reads it from a table. */
export interface Mount {
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
}

/** The table of mounts, in order. */
export function fstab(mounts: readonly Mount[]): string {
  return mounts.map((mount) => [mount.source, mount.target, mount.type, mount.options].map(escapeField).join(" ") + "\n").join("");
}

/** A bind mount; `readOnly` covers the top mount, and `flags` are those that the kernel does not let go of in a user namespace. */
export function bind(
  source: string,
  target: string,
  options: { readonly readOnly?: boolean; readonly flags?: readonly string[]; readonly recursive?: boolean } = {},
): Mount {
  const words = [options.recursive === true ? "rbind" : "bind", ...(options.readOnly === true ? ["ro", ...(options.flags ?? [])] : [])];
  return { source, target, type: "none", options: words.join(",") };
}

/** A fresh tmpfs. */
export function tmpfs(target: string, options: string): Mount {
  return { source: "tmpfs", target, type: "tmpfs", options };
}

function escapeField(text: string): string {
  return text.replace(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`);
}
