import { type KeyboardEvent, type MouseEvent, type ReactNode, useId, useRef } from 'react';
import css from './tabs.module.css';

export type Tab<Id extends string> = { id: Id; label: string; href: string };

type TabsProps<Id extends string> = {
  label: string;
  tabs: readonly Tab<Id>[];
  current: Id;
  onSelect: (tab: Tab<Id>) => void;
  children: ReactNode;
};

/** Tabs that are links, so that each has its address. The arrow keys move among them; Enter selects. */
export function Tabs<Id extends string>({ label, tabs, current, onSelect, children }: TabsProps<Id>) {
  const prefix = useId();
  const list = useRef<HTMLDivElement>(null);
  const select = (event: MouseEvent, tab: Tab<Id>) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    if (tab.id !== current) onSelect(tab);
  };
  return (
    <>
      <div
        role="tablist"
        aria-label={label}
        className={css.tabs}
        ref={list}
        onKeyDown={(event) => move(event, list.current)}
      >
        {tabs.map((tab) => (
          <a
            key={tab.id}
            id={`${prefix}-${tab.id}`}
            role="tab"
            href={tab.href}
            className={css.tab}
            aria-selected={tab.id === current}
            aria-controls={`${prefix}-panel`}
            tabIndex={tab.id === current ? 0 : -1}
            onClick={(event) => select(event, tab)}
          >
            {tab.label}
          </a>
        ))}
      </div>
      <div id={`${prefix}-panel`} role="tabpanel" aria-labelledby={`${prefix}-${current}`} className={css.panel}>
        {children}
      </div>
    </>
  );
}

function move(event: KeyboardEvent, list: HTMLElement | null) {
  const tabs = [...(list?.querySelectorAll<HTMLElement>('[role=tab]') ?? [])];
  const here = tabs.indexOf(document.activeElement as HTMLElement);
  const places: Record<string, number> = { ArrowRight: here + 1, ArrowLeft: here - 1, Home: 0, End: tabs.length - 1 };
  const place = places[event.key];
  if (place === undefined) return;
  event.preventDefault();
  tabs[(place + tabs.length) % tabs.length]?.focus();
}
