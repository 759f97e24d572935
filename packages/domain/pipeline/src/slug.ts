/**
 * A label as an id: lower case, accents dropped, every run of anything but letters, digits, `_` and `.` one `-`.
 * Empty when the label has no letter or digit.
 */
export function slug(label: string): string {
  return label
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_.]+/gu, "-")
    .replace(/^[-.]+|[-.]+$/g, "");
}

/** May this be the id of a step or the name of a pipeline? Letters, digits, `_`, `-` and `.`, beginning with none of the last two. */
export function isId(text: string): boolean {
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_.-]*$/u.test(text);
}
