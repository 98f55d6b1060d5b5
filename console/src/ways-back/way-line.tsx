import type { ReactNode } from 'react';
import { listOf, useText } from '../language.ts';
import { Line } from '../look/lines.tsx';
import { StatusWord } from '../look/status-word.tsx';
import { needWords, type Way } from './ways.ts';

const kinds = { yes: 'well', perhaps: 'wait', no: 'off' } as const;

/** One way: whether it is open, with what it needs or why it is closed, and where that is mended. */
export function WayLine({ way, action }: { way: Way; action: ReactNode }) {
  const { t } = useText();
  return (
    <Line
      title={t(`waysBack.ways.${way.way}`)}
      body={<Body way={way} />}
      state={<StatusWord kind={kinds[way.open]}>{t(`waysBack.open.${way.open}`)}</StatusWord>}
      action={action}
    />
  );
}

function Body({ way }: { way: Way }) {
  const { t } = useText();
  const { whyNot } = way;
  if (whyNot === 'noOtherFactor') return t(way.way === 'passkey' ? 'waysBack.noPasskey' : 'waysBack.noOtherFactor');
  if (whyNot !== undefined && whyNot !== 'mfaOn' && whyNot !== 'mfaOff') return t(`waysBack.whyNot.${whyNot}`);
  return t('waysBack.needs', { list: listOf(needWords(way).map((word) => t(`waysBack.needed.${word}`))) });
}
