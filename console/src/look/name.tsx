import type { ComponentProps } from 'react';
import { endOfName, startOfName } from '../language.ts';

/** What people or the server named: of a user, a role, an address. A translating browser leaves it as it is. */
export function Name({ children }: { children: string }) {
  return <span translate="no">{children}</span>;
}

/** What is typed or read letter by letter: operations, IDs, keys, commands, parts of a permission. */
export function Code(props: ComponentProps<'code'>) {
  return <code translate="no" {...props} />;
}

const names = new RegExp(`${startOfName}([^${endOfName}]*)${endOfName}`);

/** A text in which names are marked by `named`: each of them is left as it is by a translating browser. */
export function Words({ children }: { children: string }) {
  const parts = children.split(names);
  if (parts.length === 1) return children;
  // Each in an element of its own: a translating browser takes the texts away, and React keeps its place by elements.
  return parts.map((part, place) =>
    place % 2 === 0 ? <span key={place}>{part}</span> : <Name key={place}>{part}</Name>,
  );
}
