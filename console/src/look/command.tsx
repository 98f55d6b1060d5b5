import { useServerFacts } from '../sign-in/server-facts.ts';
import { Code } from './name.tsx';

/** A command for the server's host, as it is typed there. */
export function Command({ children }: { children: string }) {
  const { facts, failure } = useServerFacts();
  if (!facts && !failure) return null;
  return <Code>{`${facts?.command ?? 'warifu'} ${children}`}</Code>;
}
