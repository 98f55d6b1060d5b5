import { type AnyEndpoint, errorTable } from '@warifu/contract';
import type { FastifyInstance } from 'fastify';
import { newSecret } from '../crypto/tokens.ts';
import { escapeHtml } from './escape.ts';
import { openApiDocument } from './openapi.ts';
import { pagePolicy } from './security-headers.ts';

/** Serves the API's description: for machines at `/v1/openapi.json`, for people at `/docs`. */
export function registerApiPages(app: FastifyInstance): void {
  const { bindings, ctx } = app.warifu;
  const endpoints = bindings.map((binding) => binding.endpoint);
  const open = new Set(bindings.filter((binding) => binding.guard === 'anyone').map((binding) => binding.endpoint));
  const document = JSON.stringify(openApiDocument(endpoints, open), null, 2);
  app.get('/v1/openapi.json', async (_, reply) => {
    reply.header('cache-control', 'max-age=300').type('application/json; charset=utf-8');
    return document;
  });
  app.get('/docs', async (_, reply) => {
    const nonce = newSecret();
    reply.header('content-security-policy', pagePolicy(nonce)).type('text/html; charset=utf-8');
    return page(endpoints, open, { nonce, title: `${escapeHtml(ctx.config.name)} API` });
  });
}

type PageParts = { readonly nonce: string; readonly title: string };

function page(endpoints: AnyEndpoint[], open: Set<AnyEndpoint>, { nonce, title }: PageParts): string {
  const tags = Map.groupBy(endpoints, (endpoint) => endpoint.operation.split(':')[0] ?? '');
  const nav = [...tags.keys()].map((tag) => `<li><a href="#${tag}">${tag}</a></li>`).join('');
  const sections = [...tags].map(([tag, list]) => {
    const operations = list.map((endpoint) => operation(endpoint, open.has(endpoint))).join('');
    return `<section><h2 id="${tag}">${tag}</h2>${operations}</section>`;
  });
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style nonce="${nonce}">${style}</style></head><body><header><h1>${title}</h1>
<p>Every call carries <code>X-Soracom-API-Key</code> and <code>X-Soracom-Token</code> (or <code>X-API-Key</code> and
<code>X-Token</code>, or <code>Authorization: Bearer</code>) unless it is marked <em>no session</em>. The same as
<a href="/v1/openapi.json">OpenAPI 3.1</a>.</p><nav aria-label="Groups"><ul>${nav}</ul></nav></header>
<main>${sections.join('')}</main></body></html>`;
}

function operation(endpoint: AnyEndpoint, open: boolean): string {
  const id = endpoint.operation.replace(':', '-');
  const errors = endpoint.errors.map(
    (code) => `<li><code>${code}</code> ${errorTable[code].status} ${escapeHtml(errorTable[code].en)}</li>`,
  );
  const marks = [open ? 'no session' : '', endpoint.stepUp ? 'recent proof of the password' : ''].filter(Boolean);
  return `<article id="${id}"><h3><code><b>${endpoint.method}</b> ${escapeHtml(endpoint.path)}</code></h3>
<p>${escapeHtml(endpoint.summary)}</p><dl><dt>Permission</dt><dd><code>${endpoint.operation}</code></dd>
${marks.length > 0 ? `<dt>Needs</dt><dd>${marks.join(', ')}</dd>` : ''}
${fields('Body', endpoint.hasBody ? endpoint.body : undefined)}${fields('Query', endpoint.query)}
${fields(`Answer ${endpoint.status}`, endpoint.reply, '<dd>empty</dd>')}
${errors.length > 0 ? `<dt>Errors</dt><dd><ul>${errors.join('')}</ul></dd>` : ''}</dl></article>`;
}

type Schema = {
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  enum?: string[];
  description?: string;
};

function fields(title: string, schema: unknown, none = ''): string {
  const { items, ...own } = (schema ?? {}) as Schema;
  const { properties = {}, required = [] } = items?.properties ? items : own;
  const rows = Object.entries(properties).map(([name, member]) => {
    const optional = required.includes(name) ? '' : ' <small>optional</small>';
    return `<li><code>${escapeHtml(name)}</code> ${escapeHtml(member.enum?.join(' | ') ?? member.type ?? '')}${optional} ${escapeHtml(member.description ?? '')}</li>`;
  });
  if (rows.length === 0) return none === '' ? '' : `<dt>${title}</dt>${none}`;
  return `<dt>${title}${items ? ' (list)' : ''}</dt><dd><ul>${rows.join('')}</ul></dd>`;
}

const style = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:auto;padding:1rem}
body{overflow-wrap:anywhere}a{color:light-dark(#0b4f8a,#9cc9f5)}body{background:light-dark(#fff,#14181c);color:light-dark(#1a1f24,#e8ebee)}
article{border-top:1px solid color-mix(in srgb,currentColor 20%,transparent);padding:1rem 0}h3{margin:0;overflow-wrap:anywhere}
nav ul{display:flex;flex-wrap:wrap;gap:1rem;padding:0;list-style:none}dt{font-weight:600;margin-top:.5rem}dd{margin:0}
dd ul{margin:.25rem 0;padding-left:1.25rem}code{font-size:.9em}`;
