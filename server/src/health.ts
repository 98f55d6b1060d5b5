/** What a server knows of its own clock; kept by who finds it out, for readiness and for who looks after the server. */
export type Health = {
  /** By how many milliseconds it is ahead of the database's; undefined where those are one, or nobody asked yet. */
  clockAhead: number | undefined;
  /** When it was set the last time since the start, and by how much. */
  clockStep: { readonly at: number; readonly milliseconds: number } | undefined;
};

export function newHealth(): Health {
  return { clockAhead: undefined, clockStep: undefined };
}
