import type { IR } from "@fresco/pipeline";

/** `parent` and `uses` carry layers, `after` is ordering only. */
type EdgeKind = "parent" | "uses" | "after";

interface Edge {
  readonly from: string;
  readonly to: string;
  readonly kind: EdgeKind;
}

export interface PipelineGraph {
  readonly pipeline: string;
  readonly nodes: readonly { readonly id: string; readonly label: string | null }[];
  readonly edges: readonly Edge[];
}

export function graphOf({ pipeline, steps }: IR): PipelineGraph {
  return {
    pipeline,
    nodes: steps.map(({ id, label = null }) => ({ id, label })),
    edges: steps.flatMap(({ id, parent, uses, after }): Edge[] => [
      ...(parent === null ? [] : [{ from: parent, to: id, kind: "parent" as const }]),
      ...uses.map((from): Edge => ({ from, to: id, kind: "uses" })),
      ...after.map((from): Edge => ({ from, to: id, kind: "after" })),
    ]),
  };
}

export const GRAPH_FORMATS: Readonly<Record<"text" | "dot" | "mermaid" | "json", (graph: PipelineGraph) => string>> = {
  text: (graph) => `${graph.pipeline}\n${branches(graph, undefined, "")}`,
  dot,
  mermaid,
  json: (graph) => `${JSON.stringify(graph, null, 2)}\n`,
};

/** Steps under the step that they stand on, with their other edges in words. */
function branches(graph: PipelineGraph, parent: string | undefined, indent: string): string {
  const children = graph.nodes.filter(({ id }) => graph.edges.find(({ to, kind }) => to === id && kind === "parent")?.from === parent);
  return children
    .map(({ id }, index) => {
      const last = index === children.length - 1;
      return `${indent}${last ? "└─" : "├─"} ${id}${inWords(graph, id)}\n${branches(graph, id, `${indent}${last ? "  " : "│ "} `)}`;
    })
    .join("");
}

function inWords({ edges }: PipelineGraph, id: string): string {
  const words = (["uses", "after"] as const).flatMap((wanted) => {
    const from = edges.filter(({ to, kind }) => to === id && kind === wanted).map((edge) => edge.from);
    return from.length === 0 ? [] : [`${wanted} ${from.join(", ")}`];
  });
  return words.length === 0 ? "" : ` (${words.join("; ")})`;
}

const DOT_STYLE: Readonly<Record<EdgeKind, string>> = { parent: "", uses: ' [style=dashed, label="uses"]', after: " [style=dotted]" };

function dot({ pipeline, nodes, edges }: PipelineGraph): string {
  // A label may hold anything; an id cannot hold a quote or a backslash.
  const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
  const lines = [
    ...nodes.map(({ id, label }) => `  "${id}"${label === null ? "" : ` [label=${quoted(label)}]`};`),
    ...edges.map(({ from, to, kind }) => `  "${from}" -> "${to}"${DOT_STYLE[kind]};`),
  ];
  return `digraph ${quoted(pipeline)} {\n${lines.join("\n")}\n}\n`;
}

const MERMAID_ARROW: Readonly<Record<EdgeKind, string>> = { parent: "-->", uses: "-. uses .->", after: "-.->" };

function mermaid({ nodes, edges }: PipelineGraph): string {
  // Some ids are words of Mermaid's own (`end`), so nodes have numbers for names.
  const names = new Map(nodes.map(({ id }, index) => [id, `s${index}`]));
  const quoted = (text: string): string =>
    `"${text.replaceAll("&", "&amp;").replaceAll('"', "&quot;").replaceAll("<", "&lt;").replaceAll("\n", "<br>")}"`;
  const lines = [
    ...nodes.map(({ id, label }) => `  ${names.get(id)}[${quoted(label ?? id)}]`),
    ...edges.map(({ from, to, kind }) => `  ${names.get(from)} ${MERMAID_ARROW[kind]} ${names.get(to)}`),
  ];
  return `flowchart TD\n${lines.join("\n")}\n`;
}
