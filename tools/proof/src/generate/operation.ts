import { RANDOM } from "../model/model.ts";

/** One thing that a generated command does in its workspace. No operation can reach outside it, and each gives the same result for the same inputs. */
export type Operation =
  | { readonly type: "write" | "append"; readonly path: string; readonly text: string }
  | { readonly type: "remove" | "show" | "mkdir" | "to-directory" | "to-file" | "list"; readonly path: string }
  | { readonly type: "move" | "collect"; readonly from: string; readonly to: string }
  | { readonly type: "chmod"; readonly path: string; readonly mode: string }
  | { readonly type: "symlink"; readonly path: string; readonly target: string }
  /** Two names for one file. Nothing else writes to these: writing through one of two lower names parts them on an overlay. */
  | { readonly type: "hardlink"; readonly name: string; readonly text: string }
  | { readonly type: "unlink-one"; readonly name: string }
  | { readonly type: "odd-name"; readonly text: string }
  | { readonly type: "fifo" }
  | { readonly type: "show-env"; readonly name: string; readonly to: string }
  | { readonly type: "draw"; readonly to: string }
  | { readonly type: "home"; readonly text: string }
  | { readonly type: "fail-if"; readonly path: string; readonly code: number };

/** The whole command of a step. `tag` makes it differ from other steps' commands. */
export function commandOf(tag: string, operations: readonly Operation[]): string {
  return [`# ${tag}`, PRELUDE, ...operations.map(script)].join("\n");
}

/**
 * Goes to the workspace's root from whichever working directory it was given, and leaves a file in that.
 * Everything that the step finds at the end is its last output, as an archive with neither times nor owners; also when it failed.
 */
const PRELUDE = `exec 2>&1
put() { case "$1" in */*) [ -d "\${1%/*}" ] || mkdir -p "\${1%/*}" 2>/dev/null;; esac
  if [ ! -d "$1" ] && { printf '%s\\n' "$2" >"$1"; } 2>/dev/null; then :; else echo "cannot write $1"; fi; }
archive() { cd "$root"; printf 'ARCHIVE\\n'; tar -c -b1 --format=gnu --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -f - . ; }
here=$PWD
case "$PWD" in */desk/deep) cd ../..;; */desk) cd ..;; esac
root=$PWD
trap archive EXIT
if [ -n "\${TOKEN:-}" ]; then echo "token of \${#TOKEN}"; fi
if [ -n "\${http_proxy:-}" ]; then echo "through $http_proxy"; fi
if [ "$here" != "$root" ]; then echo "in \${here#"$root"}"; echo here >"$here/here"; fi`;

function script(operation: Operation): string {
  switch (operation.type) {
    case "write":
      return `put ${quote(operation.path)} ${quote(operation.text)}`;
    case "append":
      return `if [ -f ${quote(operation.path)} ]; then echo ${quote(operation.text)} >>${quote(operation.path)}; fi`;
    case "remove":
      return `rm -rf ${quote(operation.path)}`;
    case "show":
      return `if [ -f ${quote(operation.path)} ]; then cat ${quote(operation.path)}; else echo ${quote(`no ${operation.path}`)}; fi`;
    case "list":
      return `if [ -d ${quote(operation.path)} ]; then (cd ${quote(operation.path)} && echo *); else echo ${quote(`no directory ${operation.path}`)}; fi`;
    case "mkdir":
      return `mkdir -p ${quote(operation.path)} 2>/dev/null || echo ${quote(`cannot make ${operation.path}`)}`;
    case "to-directory":
      return `rm -rf ${quote(operation.path)}; put ${quote(`${operation.path}/inner`)} inner`;
    case "to-file":
      return `rm -rf ${quote(operation.path)}; put ${quote(operation.path)} file`;
    case "move":
      return `mv -f ${quote(operation.from)} ${quote(operation.to)} 2>/dev/null || echo ${quote(`cannot move ${operation.from}`)}`;
    case "collect":
      return `put ${quote(operation.to)} "from $(if [ -f ${quote(operation.from)} ]; then cat ${quote(operation.from)}; fi)"`;
    case "chmod":
      return `if [ -e ${quote(operation.path)} ] && [ ! -L ${quote(operation.path)} ]; then chmod ${operation.mode} ${quote(operation.path)}; fi`;
    case "symlink":
      return `[ -e ${quote(operation.path)} ] || [ -L ${quote(operation.path)} ] || ln -s ${quote(operation.target)} ${quote(operation.path)}`;
    case "hardlink":
      return `rm -f ${operation.name} ${operation.name}.twin; put ${operation.name} ${quote(operation.text)}; ln ${operation.name} ${operation.name}.twin`;
    case "unlink-one":
      return `rm -f ${operation.name}`;
    case "odd-name":
      return `put "$(printf 'odd\\377 *name')" ${quote(operation.text)}`;
    case "fifo":
      return `[ -e pipe ] || mkfifo pipe`;
    case "show-env":
      return `echo "${operation.name}=\${${operation.name}-unset}"; put ${quote(operation.to)} "\${${operation.name}-unset}"`;
    case "draw":
      return `drawn=${RANDOM}; drawn=$((drawn % 2)); echo "DRAWN $drawn"; put ${quote(operation.to)} "$drawn"`;
    case "home":
      return `cat "$HOME/note" 2>/dev/null || echo "no note"; { cat ./*.txt 2>/dev/null || echo ${quote(operation.text)}; } >>"$HOME/note"`;
    case "fail-if":
      return `if [ -e ${quote(operation.path)} ]; then exit ${operation.code}; fi`;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
