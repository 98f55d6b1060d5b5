import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../language.ts';
import { OutcomePanel } from '../outcome.tsx';
import css from './page.module.css';

type PageProps = { title: string; lead?: string; children: ReactNode };

let firstPage = true;

/**
 * A signed-in page: its title in the tab and as the heading, which takes the focus when the page changes, unless a field
 * of the page has it already.
 */
export function Page({ title, lead, children }: PageProps) {
  const { t } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} - ${t('product.name')}`;
  }, [title, t]);
  useEffect(() => {
    const taken = document.activeElement?.matches('main input, main textarea') ?? false;
    if (!firstPage && !taken) heading.current?.focus();
    firstPage = false;
  }, []);
  return (
    <>
      <div className="stack-tight">
        <h1 id="page-title" ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {lead && <p className="quiet">{lead}</p>}
      </div>
      <OutcomePanel />
      {children}
    </>
  );
}

/** Where the focus goes when what had opened a dialog is gone. */
export function focusPageTitle() {
  // After the dialog has tried to give the focus back.
  setTimeout(() => document.getElementById('page-title')?.focus(), 50);
}

type CardProps = { id?: string; title?: string; aside?: ReactNode; children: ReactNode };

export function Card({ id, title, aside, children }: CardProps) {
  return (
    <section className={css.card} id={id} tabIndex={id === undefined ? undefined : -1} aria-label={id && title}>
      {title && (
        <div className={css.head}>
          <h2>{title}</h2>
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}
