import type { Range } from './ast.ts';
import type { Edit } from './edit.ts';
import type { Code } from './messages.ts';
import type { Params } from './problem.ts';

/** `security`: it may allow more or deny less than was meant. `suggestion`: it could be shorter or clearer. */
export type Severity = 'security' | 'suggestion';

/** A finding of the lint before its line and column are known; `range` is in the document's text. */
export interface Note {
  readonly severity: Severity;
  readonly code: Code;
  readonly range: Range;
  readonly params: Params;
  readonly fix: Edit | null;
}
