import { useText } from '../language.ts';
import { StatusWord } from '../look/status-word.tsx';
import type { Level } from './ways.ts';

const kinds = { alone: 'well', unsure: 'wait', help: 'warn' } as const;

/** Whether somebody gets in without a helper when the device is gone. */
export function LevelWord({ level }: { level: Level }) {
  const { t } = useText();
  return <StatusWord kind={kinds[level]}>{t(`waysBack.levels.${level}`)}</StatusWord>;
}

/** The same in a list: loud only where somebody may depend on others. */
export function ListedLevel({ level }: { level: Level }) {
  const { t } = useText();
  if (level !== 'alone') return <LevelWord level={level} />;
  return <span className="quiet">{t('waysBack.levels.alone')}</span>;
}
