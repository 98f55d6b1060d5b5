import type { MouseEvent, ReactNode } from 'react';
import { type Carried, go } from './navigation.ts';

type PageLinkProps = { to: string; carry?: Carried; className?: string | undefined; children: ReactNode };

/** A link between the pages before sign-in. A plain click stays in this document; all others do as usual. */
export function PageLink({ to, carry, className, children }: PageLinkProps) {
  const follow = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to, carry);
  };
  return (
    <a href={to} className={className} onClick={follow}>
      {children}
    </a>
  );
}
