import type { BytePath } from "@fresco/pipeline";

/** The directories above a path, outermost first, without the root. */
export function directoriesAbove(path: BytePath): BytePath[] {
  const found: BytePath[] = [];
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const above: string = path.slice(0, slash);
    if (isPath(above)) found.push(above);
  }
  return found;
}

/** What stands before a slash of a path is a path. */
function isPath(text: string): text is BytePath {
  return text !== "";
}
