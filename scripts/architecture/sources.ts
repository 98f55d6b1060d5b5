import { globSync, readFileSync } from 'node:fs';

const workspaces = ['policy', 'contract', 'server', 'console', 'e2e', 'bench', 'scripts'] as const;

/** Every TypeScript file of the folders, as paths from the root, sorted. */
export function listSources(root: string, folders: readonly string[] = workspaces): string[] {
  const found = globSync(
    folders.map((folder) => `${folder}/**/*.{ts,tsx}`),
    { cwd: root, exclude: (name) => /(^|\/)(node_modules|dist|artifacts|coverage)$/.test(name) },
  );
  return found.map((path) => path.replaceAll('\\', '/')).sort();
}

export type Import = { specifier: string; typeOnly: boolean; line: number };

export type Source = {
  path: string;
  lines: number;
  imports: readonly Import[];
  /** The text without comments and without the insides of strings: what runs. */
  code: string;
};

export function readSource(root: string, path: string): Source {
  return scan(path, readFileSync(`${root}/${path}`, 'utf8'));
}

/** Finds the imports and the running code of a text. */
export function scan(path: string, text: string): Source {
  const { code, strings } = blank(text);
  return { path, lines: text.replace(/\n$/, '').split('\n').length, imports: findImports(code, strings), code };
}

// `from "…"`, `import "…"` and `import("…")`. Strings are blanked to "#n#", so text inside them never counts.
const importForms = /\b(import|export)\b(\s+type\b)?([^'";()=]*?)\bfrom\s*"#(\d+)#"|\bimport\s*\(?\s*"#(\d+)#"/g;

function findImports(code: string, strings: readonly string[]): Import[] {
  return [...code.matchAll(importForms)].map((match) => ({
    specifier: strings[Number(match[4] ?? match[5])] ?? '',
    typeOnly: match[2] !== undefined || onlyTypes(match[3] ?? ''),
    line: code.slice(0, match.index).split('\n').length,
  }));
}

/** `{ type A, type B }`: nothing of it is there at run time. */
function onlyTypes(clause: string): boolean {
  const names = /^\s*\{([^}]*)\}\s*$/
    .exec(clause)?.[1]
    ?.split(',')
    .filter((name) => name.trim() !== '');
  return names !== undefined && names.length > 0 && names.every((name) => /^\s*type\s/.test(name));
}

// A regular expression may follow these; after anything else a slash divides.
const beforeRegExp = /(?:^|[(,=:[!&|?{};+*%~^>-]|\b(?:return|typeof|case|in|of|void|await))\s*$/;

/** Blanks comments and regular expressions, and numbers the strings; keeps lines. */
function blank(text: string): { code: string; strings: string[] } {
  const strings: string[] = [];
  const token =
    /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`|\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*/g;
  let code = '';
  let from = 0;
  for (let match = token.exec(text); match; match = token.exec(text)) {
    code += text.slice(from, match.index);
    const found = match[0];
    if (found.startsWith('/*')) code += found.replace(/[^\n]/g, ' ');
    else if (found === '`') {
      const template = readTemplate(text, match.index);
      code += template.code;
      token.lastIndex = template.end;
    } else if (/^['"]/.test(found)) code += `"#${strings.push(found.slice(1, -1)) - 1}#"`;
    else if (!found.startsWith('//')) {
      const isRegExp = beforeRegExp.test(code.slice(-40));
      code += isRegExp ? '/ /' : '/';
      if (!isRegExp) token.lastIndex = match.index + 1;
    }
    from = token.lastIndex;
  }
  return { code: code + text.slice(from), strings };
}

/** A template: its text goes, the code of its `${…}` stays. */
function readTemplate(text: string, start: number): { code: string; end: number } {
  let code = '`';
  let at = start + 1;
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '\\') at += 2;
    else if (text.startsWith('${', at)) {
      const end = endOfBraces(text, at + 1);
      code += ` ${blank(text.slice(at + 2, end - 1)).code.replaceAll(/"#\d+#"/g, '""')} `;
      at = end;
    } else {
      if (text[at] === '\n') code += '\n';
      at += 1;
    }
  }
  return { code: `${code}\``, end: at + 1 };
}

/** The place after the brace that closes the one at `open`. */
function endOfBraces(text: string, open: number): number {
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    const char = text[at];
    if (char === '`') at = readTemplate(text, at).end - 1;
    else if (char === "'" || char === '"') at = endOfString(text, at);
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return text.length;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === text[start] || text[at] === '\n') return at;
  }
  return text.length;
}
