/** What someone else's tool takes for the same work in the same run, or why that is not known. */
export type Peer = { readonly name: string; readonly ms: number } | { readonly name: string; readonly missing: string };

/** The column of a table; one reason that several share is told once. */
export function tell(peers: readonly Peer[]): string {
  const measured = peers.flatMap((peer) => ("ms" in peer ? [`${peer.name} ${peer.ms.toFixed(0)} ms`] : []));
  const reasons = Map.groupBy(
    peers.flatMap((peer) => ("missing" in peer ? [peer] : [])),
    ({ missing }) => missing,
  );
  const missing = [...reasons].map(([reason, those]) => `${those.map(({ name }) => name).join(", ")}: ${reason}`);
  return [...measured, ...missing].join("; ");
}
