import { useBlocker } from '@tanstack/react-router';
import { type ReactNode, useRef } from 'react';
import { LeaveQuestion } from './leave-question.tsx';

type Words = {
  title: string;
  body: string;
  stay: string;
  leave: string;
};

type ShownOnceProps = {
  /** Somebody tried to leave without having a copy. */
  asking: boolean;
  onAsk: (asking: boolean) => void;
  onDone: () => void;
  words: Words;
  /** Gets what to do when a copy is somewhere. */
  children: (done: () => void) => ReactNode;
};

/** A secret that is shown only now. Leaving needs a copy somewhere, or an explicit word. */
export function ShownOnce({ asking, onAsk, onDone, words, children }: ShownOnceProps) {
  const leaving = useRef(false);
  const leave = () => {
    leaving.current = true;
    onDone();
  };
  useBlocker({
    shouldBlockFn: () => {
      if (!leaving.current) onAsk(true);
      return !leaving.current;
    },
    enableBeforeUnload: () => !leaving.current,
  });
  return asking ? <LeaveQuestion {...words} onStay={() => onAsk(false)} onLeave={leave} /> : children(leave);
}
