import type { Language } from '@warifu/contract';
import type { Context } from '../context.ts';
import type { Outbox } from '../db/schema.ts';
import { openContent } from './outbox.ts';
import { html, type Markup } from './templates/html.ts';
import { formatTime, type RenderedMail, renderMail } from './templates/render.ts';

/** A mail that waits in the outbox, as it would be sent. */
export type PreviewMail = RenderedMail & {
  readonly mailId: string;
  /** Of the mail, which may differ from the page's. */
  readonly language: Language;
  readonly recipient: string;
  readonly createdAt: number;
};

/** What a preview page is made for: its reader's language and the nonce of its style. */
export type PageSettings = { readonly language: Language; readonly nonce: string; readonly name: string };

const listed = 200;

const words = {
  en: {
    title: 'Mail preview',
    why: 'No SMTP server is set, so mails stay in the outbox of this server. Only this computer can see this page.',
    empty: 'No mail is waiting.',
    table: 'Mails, newest first',
    subject: 'Subject',
    to: 'To',
    time: 'Time',
    back: 'All mails',
    text: 'Text',
    html: 'HTML',
  },
  ja: {
    title: 'メールのプレビュー',
    why: 'SMTP サーバーが設定されていないため、メールはこのサーバーの送信待ちに残ります。このページは、このコンピューターでだけ表示できます。',
    empty: '送信待ちのメールはありません。',
    table: 'メールの一覧 (新しい順)',
    subject: '件名',
    to: '宛先',
    time: '日時',
    back: 'すべてのメール',
    text: 'テキスト',
    html: 'HTML',
  },
} as const;

/** The newest mails of the outbox. */
export async function listPreviews(ctx: Context): Promise<PreviewMail[]> {
  const rows = await ctx.db
    .selectFrom('outbox')
    .selectAll()
    .where('content', '!=', '')
    .orderBy('created_at', 'desc')
    .orderBy('mail_id')
    .limit(listed)
    .execute();
  return rows.flatMap((row) => preview(ctx, row) ?? []);
}

/** One mail of the outbox; undefined when it is unknown, sent or dropped. */
export async function findPreview(ctx: Context, mailId: string): Promise<PreviewMail | undefined> {
  const row = await ctx.db.selectFrom('outbox').selectAll().where('mail_id', '=', mailId).executeTakeFirst();
  return row && preview(ctx, row);
}

function preview(ctx: Context, row: Outbox): PreviewMail | undefined {
  const content = openContent(ctx, row);
  if (!content) return undefined;
  const { mail_id: mailId, recipient, created_at: createdAt } = row;
  return { mailId, recipient, createdAt, language: content.language, ...renderMail(content, ctx.config) };
}

/** The page that lists mails. */
export function listPage(ctx: Context, settings: PageSettings, mails: readonly PreviewMail[]): string {
  const { language } = settings;
  const w = words[language];
  const rows = mails.map(
    (mail) => html`<tr>
<td><a href="/mail-preview/${mail.mailId}" lang="${mail.language}">${mail.subject}</a></td>
<td>${mail.recipient}</td>
<td>${time(ctx, language, mail.createdAt)}</td>
</tr>`,
  );
  const table = html`<div class="wide" role="region" aria-label="${w.table}" tabindex="0"><table>
<thead><tr><th scope="col">${w.subject}</th><th scope="col">${w.to}</th><th scope="col">${w.time}</th></tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
  const content = mails.length === 0 ? html`<p>${w.empty}</p>` : table;
  return page(settings, w.title, html`<h1>${w.title}</h1><p>${w.why}</p>${content}`);
}

/** The page of one mail: both parts, the HTML one in a frame of its own. */
export function mailPage(ctx: Context, settings: PageSettings, mail: PreviewMail): string {
  const { language } = settings;
  const w = words[language];
  const main = html`<p><a href="/mail-preview">${w.back}</a></p>
<h1 lang="${mail.language}">${mail.subject}</h1>
<dl>
<dt>${w.to}</dt><dd>${mail.recipient}</dd>
<dt>${w.time}</dt><dd>${time(ctx, language, mail.createdAt)}</dd>
</dl>
<h2>${w.text}</h2>
<pre lang="${mail.language}">${linkify(mail.text, ctx.config.baseUrl)}</pre>
<h2>${w.html}</h2>
<iframe src="/mail-preview/${mail.mailId}/html" title="${w.html}" sandbox></iframe>`;
  return page(settings, mail.subject, main);
}

function page({ language, nonce, name }: PageSettings, title: string, main: Markup): string {
  return html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style nonce="${nonce}">${style}</style>
</head>
<body><header><a href="/">${name}</a></header><main>${main}</main></body>
</html>
`.markup;
}

function time(ctx: Context, language: Language, at: number): Markup {
  const machine = new Date(at).toISOString();
  return html`<time datetime="${machine}">${formatTime(at, language, ctx.config.timeZone)}</time>`;
}

/** Addresses of this server become links; SECURITY: another address that got into a mail does not. */
function linkify(text: string, baseUrl: string): Markup[] {
  return text.split(/(https?:\/\/[^\s<>"()]+)/).map((part) => {
    const own = part === baseUrl || part.startsWith(`${baseUrl}/`);
    return own ? html`<a href="${part}" rel="noopener noreferrer">${part}</a>` : html`${part}`;
  });
}

// The colours of the console (console/src/look/look.css), which this page cannot load.
const style: Markup = {
  markup: `
:root { color-scheme: light dark; --page: #f6f5f1; --card: #fff; --rule: #dfdcd3; --ink: #1a2229; --quiet: #525c66; --accent: #1d4f75; --brass: #95591a; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11161b; --card: #1a2027; --rule: #333c46; --ink: #e6e9ec; --quiet: #b3b9c0; --accent: #9cc3dd; --brass: #dba466; }
}
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.6 system-ui, 'Hiragino Sans', 'Noto Sans JP', 'Yu Gothic UI', sans-serif; }
body:lang(ja) { line-height: 1.7; word-break: auto-phrase; }
header { padding: 0.875rem 1rem; border-bottom: 3px solid var(--brass); background: var(--card); font-weight: 700; }
header a { color: inherit; text-decoration: none; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.35; overflow-wrap: anywhere; } h2 { font-size: 1.125rem; margin-top: 2rem; }
a { color: var(--accent); text-underline-offset: 0.2em; }
table { border-collapse: collapse; width: 100%; background: var(--card); border: 1px solid var(--rule); }
th, td { text-align: left; padding: 0.75rem 1rem; border-bottom: 1px solid var(--rule); vertical-align: top; overflow-wrap: anywhere; }
th { color: var(--quiet); font-size: 0.8125rem; }
time { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; font: inherit; }
pre, iframe { box-sizing: border-box; width: 100%; margin: 0; padding: 1rem; border: 1px solid var(--rule); border-radius: 8px; background: var(--card); }
iframe { height: 46rem; padding: 0; }
a:focus-visible, .wide:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 40rem) {
  thead { display: none; }
  tr { display: block; padding: 0.75rem 1rem; border-bottom: 1px solid var(--rule); }
  td { display: block; padding: 0; border: 0; }
  td + td { color: var(--quiet); font-size: 0.875rem; }
  time { white-space: normal; }
  dl { grid-template-columns: 1fr; } dt { font-size: 0.8125rem; }
}
`,
};
