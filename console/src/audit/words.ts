import type { Translate } from '../language.ts';
import type { Entry } from './entries.ts';

/** A person or thing of the log as people call it: `root`, `sam:taro`, `user:taro`, `anonymous`, `host:…`. */
export function partyName(party: string, t: Translate): string {
  if (party === 'root') return t('audit.root');
  if (party === 'anonymous') return t('audit.anonymous');
  return party.replace(/^(?:sam|user):/, '');
}

/** What happened, in one sentence. */
export function entrySentence({ actor, target, apiKind, outcome }: Entry, t: Translate): string {
  const words = { actor: partyName(actor, t), target: partyName(target, t), api: apiKind };
  if (outcome === 'failure') return t('audit.sentenceFailed', words);
  if (outcome === 'refused') return t('audit.sentenceRefused', words);
  return t(target === '' || target === actor ? 'audit.sentenceAlone' : 'audit.sentence', words);
}
