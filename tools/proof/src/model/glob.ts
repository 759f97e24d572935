/**
 * gitignore patterns from the project's root, naively: a pattern that names a directory names everything below it; of several
 * patterns the last that applies decides, and `!` takes away.
 */
export function matchesAny(patterns: readonly string[], path: string): boolean {
  let matched = false;
  for (const pattern of patterns) {
    const negative = pattern.startsWith("!");
    if (matches(negative ? pattern.slice(1) : pattern, path)) matched = !negative;
  }
  return matched;
}

/** Does the pattern name this path, or a directory above it? */
function matches(pattern: string, path: string): boolean {
  const directoryOnly = pattern.endsWith("/");
  const expression = toExpression(directoryOnly ? pattern.slice(0, -1) : pattern);
  const parts = path.split("/");
  const prefixes = parts.map((_, index) => parts.slice(0, index + 1).join("/"));
  return (directoryOnly ? prefixes.slice(0, -1) : prefixes).some((prefix) => expression.test(prefix));
}

function toExpression(pattern: string): RegExp {
  const source = pattern.replace(/\*\*\/|\/\*\*$|\*|\?|[.+^${}()|[\]\\]/g, (token) => {
    switch (token) {
      case "**/":
        return "(?:.*/)?";
      case "/**":
        return "/.+";
      case "*":
        return "[^/]*";
      case "?":
        return "[^/]";
      default:
        return `\\${token}`;
    }
  });
  return new RegExp(`^${source}$`, "s");
}
