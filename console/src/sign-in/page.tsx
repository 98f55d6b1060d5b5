import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../language.ts';
import css from './page.module.css';

type PageProps = { title: string; lead?: string; wide?: boolean; children: ReactNode };

let firstPage = true;

/** One page before sign-in: its title in the tab and as the heading, which takes the focus when the page changes. */
export function Page({ title, lead, wide = false, children }: PageProps) {
  const { t } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - ${t('product.name')}`;
  }, [title, t]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of language is no new page.
  useEffect(() => {
    if (!firstPage) heading.current?.focus();
    firstPage = false;
  }, []);
  return (
    <div className={`${css.card} ${wide ? css.wide : ''}`}>
      <div className="stack-tight">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p className="quiet">{lead}</p>}
      </div>
      {children}
    </div>
  );
}
