import type { Container, EngineApi } from "./engine-api.ts";

/**
 * An image of one layer with all that a container has: where the Engine takes no further layer on what lies beneath. Configuration does not come
 * along, and need not: every container of ours is told the base's.
 */
export async function flatten(
  engine: EngineApi,
  container: Container,
  { repo, tag, changes }: { readonly repo: string; readonly tag: string; readonly changes: string },
): Promise<{ readonly Id: string }> {
  const report = await engine.importImage(await container.export(), { repo, tag, changes });
  // The Engine answers while it reads; the image is there when it has said all.
  for await (const chunk of report) if (chunk.toString().includes('"error"')) throw new Error(chunk.toString().trim());
  return { Id: (await engine.getImage(`${repo}:${tag}`).inspect()).Id };
}
