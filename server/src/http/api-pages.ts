import { type AnyEndpoint, errorTable, type Language, summariesJa } from '@warifu/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { newSecret } from '../crypto/tokens.ts';
import { escapeHtml } from './escape.ts';
import { openApiDocument } from './openapi.ts';
import { languageOf } from './problem.ts';
import { pagePolicy } from './security-headers.ts';

/** Serves the API's description: for machines at `/v1/openapi.json`, for people at `/docs`. */
export function registerApiPages(app: FastifyInstance): void {
  const { bindings, ctx } = app.warifu;
  const endpoints = bindings.map((binding) => binding.endpoint);
  const open = new Set(bindings.filter((binding) => binding.guard === 'anyone').map((binding) => binding.endpoint));
  // Made when it is first asked for: most servers are never asked, and each would keep it.
  let document: string | undefined;
  app.get('/v1/openapi.json', async (_, reply) => {
    reply.header('cache-control', 'max-age=300').type('application/json; charset=utf-8');
    document ??= JSON.stringify(openApiDocument(endpoints, open), null, 2);
    return document;
  });
  app.get('/docs', async (request, reply) => {
    const nonce = newSecret();
    reply.header('content-security-policy', pagePolicy(nonce)).type('text/html; charset=utf-8');
    // One address has a page in each language.
    reply.header('vary', 'accept-language, cookie');
    const title = `${escapeHtml(ctx.config.name)} API`;
    return page({ endpoints, open, language: pageLanguage(request), title }, nonce);
  });
}

/** The language that was chosen in the console on this browser, else the one that the browser asks for. */
function pageLanguage(request: FastifyRequest): Language {
  const chosen = /(?:^|; )warifu-language=(ja|en)(?:;|$)/.exec(request.headers.cookie ?? '')?.[1];
  return chosen === 'ja' || chosen === 'en' ? chosen : languageOf(request);
}

type Description = { endpoints: AnyEndpoint[]; open: Set<AnyEndpoint>; language: Language; title: string };

function page({ endpoints, open, language, title }: Description, nonce: string): string {
  const w = words[language];
  const tags = Map.groupBy(endpoints, (endpoint) => endpoint.operation.split(':')[0] ?? '');
  const nav = [...tags.keys()].map((tag) => `<li><a href="#${tag}" translate="no">${tag}</a></li>`).join('');
  const sections = [...tags].map(([tag, list]) => {
    const operations = list.map((endpoint) => operation(endpoint, open.has(endpoint), language)).join('');
    return `<section aria-labelledby="${tag}"><h2 id="${tag}" translate="no">${tag}</h2>${operations}</section>`;
  });
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style nonce="${nonce}">${style}</style></head><body><header><h1>${title}</h1>
<p>${w.lead}</p><nav aria-label="${w.groups}"><ul>${nav}</ul></nav></header>
<main>${sections.join('')}</main></body></html>`;
}

function operation(endpoint: AnyEndpoint, open: boolean, language: Language): string {
  const w = words[language];
  const id = endpoint.operation.replace(':', '-');
  const summary = language === 'ja' ? summariesJa[endpoint.operation] : undefined;
  const errors = endpoint.errors.map(
    (code) => `<li>${codeOf(code)} ${errorTable[code].status} ${escapeHtml(errorTable[code][language])}</li>`,
  );
  const marks = [open ? w.open : '', endpoint.stepUp ? w.stepUp : ''].filter(Boolean);
  return `<article id="${id}"><h3><code translate="no"><b>${endpoint.method}</b> ${escapeHtml(endpoint.path)}</code></h3>
<p>${prose(summary ?? endpoint.summary)}</p><dl><dt>${w.permission}</dt><dd>${codeOf(endpoint.operation)}</dd>
${marks.length > 0 ? `<dt>${w.needs}</dt><dd>${marks.join(w.comma)}</dd>` : ''}
${fields(w.body, endpoint.hasBody ? endpoint.body : undefined, w)}${fields(w.query, endpoint.query, w)}
${fields(`${w.answer} ${endpoint.status}`, endpoint.reply, w, `<dd>${w.empty}</dd>`)}
${errors.length > 0 ? `<dt>${w.errors}</dt><dd><ul>${errors.join('')}</ul></dd>` : ''}</dl></article>`;
}

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: string[];
  description?: string;
};

function fields(title: string, schema: unknown, w: Words, none = ''): string {
  const { items, ...own } = (schema ?? {}) as Schema;
  const { properties = {}, required = [] } = items?.properties ? items : own;
  const rows = Object.entries(properties).map(([name, member]) => {
    const optional = required.includes(name) ? '' : ` <small>${w.optional}</small>`;
    const { description = '' } = member;
    return `<li>${codeOf(name)} ${codeOf(member.enum?.join(' | ') ?? member.type ?? '')}${optional} ${escapeHtml(w.descriptions[description] ?? description)}</li>`;
  });
  if (rows.length === 0) return none === '' ? '' : `<dt>${title}</dt>${none}`;
  return `<dt>${title}${items ? ` (${w.list})` : ''}</dt><dd><ul>${rows.join('')}</ul></dd>`;
}

function codeOf(text: string): string {
  return text === '' ? '' : `<code translate="no">${escapeHtml(text)}</code>`;
}

/** A sentence with its `names` set as code. */
function prose(text: string): string {
  return escapeHtml(text).replace(/`([^`]+)`/g, '<code translate="no">$1</code>');
}

const headers = (separator: string, either: string) =>
  [
    ['X-Soracom-API-Key', 'X-Soracom-Token'],
    ['X-API-Key', 'X-Token'],
  ]
    .map(([key = '', token = '']) => `${codeOf(key)}${separator}${codeOf(token)}`)
    .concat(codeOf('Authorization: Bearer'))
    .join(either);
const openApi = '<a href="/v1/openapi.json">OpenAPI 3.1</a>';

type Words = (typeof words)[Language];

const words = {
  en: {
    lead: `Every call carries ${headers(' and ', ', or ')}, unless it is marked <em>no session</em>. The same as ${openApi}.`,
    groups: 'Groups',
    open: 'no session',
    stepUp: 'recent proof of the password',
    comma: ', ',
    permission: 'Permission',
    needs: 'Needs',
    body: 'Body',
    query: 'Query',
    answer: 'Answer',
    empty: 'empty',
    errors: 'Errors',
    optional: 'optional',
    list: 'list',
    descriptions: {} as Readonly<Record<string, string>>,
  },
  ja: {
    lead: `<em>セッション不要</em>の操作を除き、すべての呼び出しに ${headers(' と ', '、または ')} が必要です。同じ内容を ${openApi} でも取得できます。`,
    groups: '操作のグループ',
    open: 'セッション不要',
    stepUp: '直近のパスワードの確認',
    comma: '、',
    permission: '権限',
    needs: '条件',
    body: 'ボディ',
    query: 'クエリ',
    answer: '応答',
    empty: 'なし',
    errors: 'エラー',
    optional: '省略可',
    list: 'リスト',
    descriptions: {
      'Token of a mailed link': 'メールの URL のトークン',
      'Six digits shown by the authenticator; dashes, spaces and invisible marks between them do not count':
        '認証アプリに表示された 6 桁の数字。間のハイフン、空白、見えない文字は無視されます。',
      Password: 'パスワード',
      'One of the five 8-character backup codes': '8 文字のバックアップコード 5 つのうちの 1 つ',
      'Life of the token in seconds; 86400 when left out': 'トークンの有効期間 (秒)。省略すると 86400 です。',
      'Email address': 'メールアドレス',
      'An OpenAPI 3.0, 3.1 or Swagger 2.0 document, in JSON or YAML':
        'OpenAPI 3.0、3.1 または Swagger 2.0 の文書 (JSON または YAML)',
      'Where the API stands, with its port if it has one; left out or empty, any host, wherever it stood before':
        'API のホスト (必要ならポート付き)。省略するか空にすると、以前の値にかかわらず、すべてのホストになります。',
      'What is said of calls that the file does not describe; left out, deny, whatever was said before':
        'ファイルにない呼び出しの扱い。省略すると、以前の値にかかわらず、deny になります。',
    } as Readonly<Record<string, string>>,
  },
};

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}
body{overflow-wrap:anywhere}a{color:light-dark(#0b4f8a,#9cc9f5)}body{background:light-dark(#fff,#14181c);color:light-dark(#1a1f24,#e8ebee)}
article{border-top:1px solid color-mix(in srgb,currentColor 20%,transparent);padding:1rem 0}h3{margin:0;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}dt{font-weight:600;margin-top:.5rem}dd{margin:0}
dd ul{margin:.25rem 0;padding-left:1.25rem}code{font-size:.9em}:lang(ja) body{line-height:1.7}:lang(ja) em{font-style:normal;font-weight:600}`;
