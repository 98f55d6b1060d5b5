import type { Block, Letter, Pointer } from './letter.ts';

/** Text that is HTML already. Only `html` makes it. */
export type Markup = { readonly markup: string };

/** HTML from a template. SECURITY: every interpolated text is escaped, so no fact of a mail can become an element. */
export function html(parts: TemplateStringsArray, ...values: (string | Markup | readonly Markup[])[]): Markup {
  const print = (value: string | Markup | readonly Markup[] | undefined): string => {
    if (value === undefined) return '';
    if (typeof value === 'string') return value.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
    return 'markup' in value ? value.markup : value.map(print).join('');
  };
  return { markup: parts.map((part, i) => part + print(values[i])).join('') };
}

// Mail programs drop style sheets, so each element carries its own. Words have no colour, so that dark schemes stay
// readable; the colours of the product are in what carries its own ground or is no text.
const font = "font-family: system-ui, 'Hiragino Sans', 'Noto Sans JP', 'Yu Gothic UI', sans-serif";
const urlStyle = 'overflow-wrap: anywhere; font-size: 14px';
// The subject has the name already; both prints of a letter say the same.
const brand = (accent = '#95591a') => `border-top: 4px solid ${accent}`;

/** Prints a letter as an HTML document without tables, images or anything that is fetched. */
export function toHtml(letter: Letter): string {
  const lineHeight = letter.language === 'ja' ? '1.7' : '1.5';
  const body = `margin: 0; padding: 24px 16px; font-size: 16px; line-height: ${lineHeight}; ${font}`;
  const document = html`<!doctype html>
<html lang="${letter.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${letter.subject}</title>
</head>
<body style="${body}">
<div style="max-width: 36em; margin: 0 auto; padding: 20px 0 0; ${brand(letter.accent)}">
${letter.blocks.map(print)}</div>
</body>
</html>
`;
  return document.markup;
}

function print(block: Block): Markup {
  switch (block.kind) {
    case 'paragraph':
      return html`<p style="margin: 0 0 16px">${block.text}</p>\n`;
    case 'heading':
      return html`<h2 style="margin: 28px 0 8px; padding: 20px 0 0; border-top: 1px solid #8a929a; font-size: 17px">${block.text}</h2>\n`;
    case 'facts':
      return html`<dl style="margin: 0 0 20px; padding: 4px 0 4px 14px; border-left: 4px solid #8a929a; font-size: 15px">${block.rows.map(printFact)}</dl>\n`;
    case 'list':
      return html`<ul style="margin: 0 0 16px; padding-left: 24px">${block.items.map((item) => html`<li>${item}</li>`)}</ul>\n`;
    case 'steps':
      return html`<ol style="margin: 0 0 16px; padding-left: 24px">${block.items.map((item) => html`<li>${printPointer(item)}</li>`)}</ol>\n`;
    case 'pointer':
      return html`<p style="margin: 0 0 16px">${printPointer(block.item)}</p>\n`;
    case 'link':
      return html`<p style="margin: 0 0 16px; ${urlStyle}"><a href="${block.url}">${block.url}</a></p>\n`;
  }
}

function printFact([label, value]: readonly [string, string]): Markup {
  return html`<dt style="font-weight: 600">${label}</dt><dd style="margin: 0 0 8px; overflow-wrap: anywhere" translate="no">${value}</dd>`;
}

function printPointer({ text, page }: Pointer): Markup {
  return page ? html`${text}<br><span style="${urlStyle}">${page}</span>` : html`${text}`;
}
