import { named, type Params, type Translate } from '../language.ts';
import type { TextKey } from '../locales/catalogue.ts';
import type { SimulateSearch } from '../permissions/simulate-search.ts';
import { shortRole } from '../permissions/sources.ts';
import type { Entry } from './entries.ts';

/** A text that may be missing, such as that of an operation of a newer server. */
function known(key: string, t: Translate, params?: Params): string | undefined {
  const text = t(key as TextKey, params);
  return text === key ? undefined : text;
}

/**
 * A person or thing of the log as people call it, marked as a name where it is one: `root`, `sam:taro`, `anonymous`,
 * `host:…`, `role:…`.
 */
export function partyName(party: string, t: Translate): string {
  const [, kind = '', name = ''] = /^(\w+):(.*)$/s.exec(party) ?? [];
  if (kind === 'sam') return named(name);
  if (kind === 'role') return named(shortRole(name));
  if (kind === 'app') return named(name);
  if (kind === 'host') return t('audit.host', { name: named(name) });
  if (kind === 'notification') return known(`emails.types.${name}`, t) ?? named(name);
  if (kind !== '' && name !== '') return named(party);
  return known(`audit.parties.${party}`, t) ?? named(party);
}

/** What a record says it was done to: a user, and what of it, such as a role or a key; either may be missing. */
export function targetOf({ target, actor }: Pick<Entry, 'target' | 'actor'>): { who: string; what: string } {
  const [, who = '', what = ''] =
    /^(root|sam:.*?)?(?: ?((?:role|email|session|notification|mail):.*|keyId-.*))?$/s.exec(target) ?? ['', '', target];
  return { who: who || (what === '' ? actor : ''), what };
}

/** The target as words. */
export function targetName(entry: Pick<Entry, 'target' | 'actor'>, t: Translate): string {
  if (entry.target === '') return '';
  const { who, what } = targetOf(entry);
  return [who, what]
    .filter(Boolean)
    .map((party) => partyName(party, t))
    .join(', ');
}

/** Why something failed or was refused; records hold a code of the error table or a short word. */
export function reasonWords({ reason, apiKind }: Pick<Entry, 'reason' | 'apiKind'>, t: Translate): string {
  if (reason === '') return '';
  return known(`audit.reasons.${reason}`, t, { permission: named(apiKind) }) ?? reason;
}

/**
 * What happened, in one sentence. The text of an operation is `infinitive|past the rest` where a language tells the two
 * apart; one without a text is called by its name.
 */
export function entrySentence(entry: Entry, t: Translate): string {
  const { actor, apiKind, outcome } = entry;
  const { who, what } = targetOf(entry);
  const names = {
    actor: partyName(actor, t),
    target: partyName(who || actor, t),
    what: what === '' ? '' : partyName(what, t),
  };
  const text = known(`audit.did.${apiKind}`, t, names) ?? t('audit.called', { api: named(apiKind) });
  const [, infinitive = text, past = text, rest = ''] = /^([\w ]+)\|([\w ]+?)( .*|)$/s.exec(text) ?? [];
  const reason = outcome === 'success' ? '' : reasonWords(entry, t);
  const params = { actor: names.actor, past: past + rest, infinitive: infinitive + rest };
  const sentence = t(`audit.sentences.${outcome}`, params);
  return reason === '' ? sentence : t('audit.because', { sentence, reason });
}

/** What was typed for a person or thing, as records name it: a bare name is a SAM user's. */
export function partyOf(typed: string, t: Translate): string {
  const name = typed.trim();
  if (name === '') return '';
  for (const party of ['root', 'anonymous', 'system', 'settings', 'default permissions']) {
    if (name.toLowerCase() === party || name === t(`audit.parties.${party}` as TextKey)) return party;
  }
  return /^(sam|app|role|host|email|session|notification|mail):|^(keyId-|OP\d{10}$)/.test(name) ? name : `sam:${name}`;
}

/** The same the other way, for the field. */
export function typedOf(party: string | undefined, t: Translate): string {
  if (party === undefined) return '';
  return party.startsWith('sam:') ? party.slice(4) : (known(`audit.parties.${party}`, t) ?? party);
}

/** A refusal as a question to the simulator: the same user, operation, path, source and instant. */
export function questionOf({ question }: Pick<Entry, 'question'>): SimulateSearch | undefined {
  if (!question) return undefined;
  const { userName, api, pathVariables = {}, queryParameters = {}, sourceIp, at, ...proof } = question;
  const { authMethod, authAgeSeconds, secondsSinceMfaReset } = proof;
  const { operator_id: _, ...path } = pathVariables;
  return {
    user: userName,
    api,
    ...(Object.keys(path).length > 0 && { path }),
    ...(Object.keys(queryParameters).length > 0 && { query: queryParameters }),
    ...(sourceIp !== undefined && { ip: sourceIp }),
    ...(at !== undefined && { at }),
    ...(authMethod !== undefined && { method: authMethod }),
    ...(authAgeSeconds !== undefined && { proved: authAgeSeconds }),
    ...(secondsSinceMfaReset !== undefined && { reset: secondsSinceMfaReset }),
  };
}
