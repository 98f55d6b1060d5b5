import { type ReactNode, useEffect, useRef } from 'react';
import { useText } from '../language.ts';
import { Words } from '../look/name.tsx';
import { OutcomePanel } from '../outcome.tsx';
import css from './page.module.css';

type PageProps = {
  title: string;
  /** The title is what somebody named. */
  isName?: boolean;
  /** The part of the page that is shown, for the title of the tab. */
  part?: string | undefined;
  /** Names in it are marked by `named`. */
  lead?: string;
  children: ReactNode;
};

let firstPage = true;

/**
 * A signed-in page: its title in the tab and as the heading, which takes the focus when the page changes, unless a control
 * of the page has it already.
 */
export function Page({ title, isName = false, part, lead, children }: PageProps) {
  const { t } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = [part, title, t('product.name')].filter(Boolean).join(' - ');
  }, [title, part, t]);
  useEffect(() => {
    const taken = document.activeElement?.matches('main :is(input, textarea, button)') ?? false;
    if (!firstPage && !taken) heading.current?.focus();
    firstPage = false;
  }, []);
  return (
    <>
      <div className="stack-tight">
        <h1 id="page-title" ref={heading} tabIndex={-1} translate={isName ? 'no' : undefined}>
          {title}
        </h1>
        {lead && (
          <p className="quiet">
            <Words>{lead}</Words>
          </p>
        )}
      </div>
      <OutcomePanel />
      {children}
    </>
  );
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
