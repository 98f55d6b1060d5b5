import { type ReactNode, useEffect, useRef } from 'react';
import { announce } from '../announce.tsx';
import { firstField } from '../fields/first-field.ts';
import { useText } from '../language.ts';
import css from './page.module.css';

type PageProps = { title: string; lead?: string; wide?: boolean; children: ReactNode };

let firstPage = true;

/**
 * One page before sign-in: its title in the tab and as the heading. A page with a form is there to be typed into: its
 * first empty field takes the focus. On others the heading does, when the page changes.
 */
export function Page({ title, lead, wide = false, children }: PageProps) {
  const { t } = useText();
  const page = useRef<HTMLDivElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - ${t('product.name')}`;
  }, [title, t]);
  useEffect(() => {
    const field = firstField(page.current);
    if (field) field.focus();
    else if (!firstPage) heading.current?.focus();
    // The focus in a field tells a screen reader nothing of the page around it.
    if (field && !firstPage) announce(title);
    firstPage = false;
    // A change of language is no new page.
    // oxlint-disable-next-line react/exhaustive-deps -- see above
  }, []);
  return (
    <div className={`${css.card} ${wide ? css.wide : ''}`} ref={page}>
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
