import type { Recipe, RecipeCache, RecipeStep } from "./recipe.ts";

const WIDTH = 120;

/** The text of a pipeline file for these recipes. */
export function renderPipeline(recipes: readonly Recipe[]): string {
  const several = recipes.filter(({ steps }) => steps.length > 0).length > 1;
  const written = recipes.flatMap((recipe) => renderSteps(recipe, several));
  const body = written.map(({ text }) => text).join("\n\n");
  const leaves = written.filter(({ leaf }) => leaf).map(({ name }) => name);
  const env = recipes.flatMap((recipe) => Object.entries(recipe.env)).map(([name, value]) => `    ${name}: ${value},\n`);
  const options = env.length === 0 ? "" : `, {\n  env: {\n${env.join("")}  },\n}`;
  const usesSource = recipes.some(({ steps }) => steps.some(({ cache }) => cache.type === "source"));
  const all = `${body}\n\nexport default pipeline("ci", [${leaves.join(", ")}]${options});\n`;
  const imports = ["all", "env", "onChange", "pipeline", "sh", "ttl"].filter(
    (name) => name === "onChange" || new RegExp(`\\b${name}\\(`).test(all),
  );
  return [`import { ${imports.join(", ")} } from "fresco";\n`, ...(usesSource ? [SOURCE] : []), all].join("\n");
}

const SOURCE = `// Everything but the pipelines: a step with this policy runs again when any file of the project changes. Name less, such as
// onChange("src", "package.json"), and it runs less often; leave \`cache\` out, and it always runs.
const source = onChange("**", "!.fresco");
`;

interface Written {
  readonly name: string;
  readonly text: string;
  readonly leaf: boolean;
}

function renderSteps({ name, steps }: Recipe, several: boolean): readonly Written[] {
  const install = steps.find(({ id }) => id === "install");
  return steps.map((step) => {
    const variable = several ? `${name}${step.id.charAt(0).toUpperCase()}${step.id.slice(1)}` : step.id;
    const id = several ? `${name}-${step.id}` : step.id;
    const parent = install === undefined || step === install ? "" : `${several ? `${name}Install` : "install"}.`;
    const leaf = step !== install || steps.length === 1;
    return {
      name: variable,
      text: `${comment(step)}const ${variable} = ${parent}sh(${literal(step.command)}, ${options(id, step)});`,
      leaf,
    };
  });
}

function comment({ comment: text }: RecipeStep): string {
  return text === undefined ? "" : `// ${text}\n`;
}

function options(id: string, { cache, outputs }: RecipeStep): string {
  const parts = [
    `id: ${JSON.stringify(id)}`,
    `cache: ${policy(cache)}`,
    ...(outputs === undefined ? [] : [`outputs: [${outputs.map((glob) => JSON.stringify(glob)).join(", ")}]`]),
  ];
  const line = `{ ${parts.join(", ")} }`;
  return line.length < WIDTH / 2 ? line : `{\n${parts.map((part) => `  ${part},\n`).join("")}}`;
}

function policy(cache: RecipeCache): string {
  if (cache.type === "source") return "source";
  const globs = cache.globs.map((glob) => JSON.stringify(glob));
  const files = `onChange(${globs.join(", ")})`;
  return cache.ttl === undefined ? files : `all(${files}, ttl(${JSON.stringify(cache.ttl)}))`;
}

/** A TypeScript string: a template over several lines, taken literally. */
function literal(command: string): string {
  if (!command.includes("\n")) return JSON.stringify(command);
  const escaped = command.replaceAll("\\", "\\\\").replaceAll("`", "\\`").replaceAll("${", "\\${");
  return `\`\n${escaped
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n")}\n\``;
}
