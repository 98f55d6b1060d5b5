import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'oxc-parser';
import { expect, test } from 'vitest';

type Node = { type: string; start: number; end: number; [member: string]: unknown };

const source = join(import.meta.dirname, '../src');

/** Every element and fragment of a file. */
function elementsIn(node: unknown): Node[] {
  if (Array.isArray(node)) return node.flatMap(elementsIn);
  if (node === null || typeof node !== 'object') return [];
  const inside = Object.values(node).flatMap(elementsIn);
  const { type } = node as Node;
  return type === 'JSXElement' || type === 'JSXFragment' ? [node as Node, ...inside] : inside;
}

const isConditional = ({ type }: Node) => type === 'ConditionalExpression' || type === 'LogicalExpression';

/** What is made of a child when it is rendered: words, something that comes and goes, or an element that stays. */
function kindOf(child: Node): 'words' | 'maybe words' | 'maybe element' | 'component' | 'element' {
  if (child.type === 'JSXText') return 'words';
  if (child.type !== 'JSXExpressionContainer') {
    const opening = child['openingElement'] as { name: { name?: string } } | undefined;
    return /^[a-z]/.test(opening?.name.name ?? 'X') ? 'element' : 'component';
  }
  const expression = child['expression'] as Node;
  if (isConditional(expression)) return hasWords(expression) ? 'maybe words' : 'maybe element';
  return isWords(expression) ? 'words' : 'element';
}

function hasWords(expression: Node): boolean {
  if (!isConditional(expression)) return isWords(expression);
  return [expression['consequent'], expression['alternate'], expression['right']].some(
    (part) => part !== undefined && hasWords(part as Node),
  );
}

/** A text, as far as its spelling tells: a literal, an answer of a function that makes words, or a value's name. */
function isWords({ type, name, value, callee }: Node): boolean {
  if (type === 'Literal') return typeof value === 'string' && value.trim() !== '';
  if (type === 'Identifier') return name !== 'children';
  if (type !== 'CallExpression') return type === 'TemplateLiteral';
  return /^(t|countText|\w+Time|describe\w*|String)$/.test(String((callee as Node)['name']));
}

const isSeen = (child: Node) =>
  !(child.type === 'JSXText' && String(child['value']).trim() === '') &&
  (child['expression'] as Node | undefined)?.type !== 'JSXEmptyExpression';

/**
 * Translating browsers replace every text node. React keeps its place by the nodes it made: it takes out words that come
 * and go, and puts elements in front of words. Both fail on a text node that is gone, and the page goes empty. Words
 * that are alone in their element are set through the element, which works.
 */
function dangersIn(file: string): string[] {
  const text = readFileSync(join(source, file), 'utf8');
  const found = elementsIn(parseSync(file, text).program).flatMap((element) => {
    const children = (element['children'] as Node[]).filter(isSeen);
    if (children.length < 2) return [];
    const kinds = children.map(kindOf);
    return children.filter(
      (_, place) =>
        kinds[place] === 'maybe words' ||
        (kinds[place] === 'words' && (kinds[place - 1] === 'component' || kinds[place - 1] === 'maybe element')),
    );
  });
  return found.map(({ start, end }) => `${file}: ${text.slice(start, end).trim().slice(0, 60)}`);
}

test('words that a translating browser may take away are alone in their element', () => {
  const files = globSync('**/*.tsx', { cwd: source });
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap(dangersIn)).toEqual([]);
});
