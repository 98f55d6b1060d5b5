import { originAt } from '../../config/hosts.ts';
import { Failure } from '../../failure.ts';

/**
 * A host name or address as requests have it, with a port or without one; an empty text is any. The port that a scheme
 * has by itself is left out, as browsers leave it out.
 * @throws Failure COM0001
 */
export function hostOf(text = ''): string | undefined {
  const host = text.trim();
  if (host === '') return undefined;
  const origin = originAt('http', host);
  if (origin) return origin.host.replace(/:443$/, '');
  const reason = {
    en: 'must be a host name, with a port if needed',
    ja: 'ホスト名 (必要ならポート付き) を入力してください。',
  };
  throw new Failure('COM0001', { field: 'host', reason });
}
