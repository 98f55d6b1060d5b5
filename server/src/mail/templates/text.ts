import type { Block, Letter, Pointer } from './letter.ts';

/** Prints a letter as plain text. Every address has a line of its own, so that it stays whole. */
export function toText(letter: Letter): string {
  return `${letter.blocks.map(print).join('\n\n')}\n`;
}

function print(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
      return block.text;
    case 'heading':
      return `■ ${block.text}`;
    case 'facts':
      return block.rows.map(([label, value]) => `${label}: ${value}`).join('\n');
    case 'list':
      return block.items.map((item) => `- ${item}`).join('\n');
    case 'steps':
      return block.items.map((item, i) => `${i + 1}. ${printPointer(item)}`).join('\n');
    case 'pointer':
      return printPointer(block.item);
    case 'link':
      return block.url;
  }
}

function printPointer({ text, page }: Pointer): string {
  return page ? `${text}\n${page}` : text;
}
