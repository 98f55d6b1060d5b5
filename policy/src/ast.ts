/**
 * The tree of a permission. Positions are offsets in UTF-16 code units, `end` exclusive: of statements and patterns
 * in the document's text, of expressions in the condition's own text (`documentOffset` maps one to the other).
 */

export type Effect = 'allow' | 'deny';

export interface PermissionDocument {
  readonly statements: readonly Statement[];
  /** The text that was parsed; positions refer to it. */
  readonly text: string;
}

export interface Statement extends Range {
  readonly effect: Effect;
  readonly api: readonly Pattern[];
  readonly condition: Condition | null;
}

/** `start` is the opening quote in the document's text. */
export interface Pattern extends Range {
  readonly text: string;
}

/** `text` is the decoded string; `start` is its opening quote in the document's text (0 for a condition alone). */
export interface Condition extends Range {
  readonly text: string;
  readonly expression: Expression;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

export type Type = 'string' | 'integer' | 'boolean' | 'date' | 'time' | 'instant' | 'address';

export type Ordering = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Expression =
  | StringLiteral
  | IntegerLiteral
  | BooleanLiteral
  | Variable
  | Call
  | Negation
  | Junction
  | Comparison
  | Membership
  | Likeness;

export interface StringLiteral extends Range {
  readonly kind: 'string';
  readonly value: string;
}

export interface IntegerLiteral extends Range {
  readonly kind: 'integer';
  readonly value: number;
}

export interface BooleanLiteral extends Range {
  readonly kind: 'boolean';
  readonly value: boolean;
}

export interface Variable extends Range {
  readonly kind: 'variable';
  readonly name: string;
}

export interface Call extends Range {
  readonly kind: 'call';
  readonly name: string;
  readonly arguments: readonly Expression[];
}

export interface Negation extends Range {
  readonly kind: 'not';
  readonly operand: Expression;
}

/** Two or more operands: `a and b and c` is one node. */
export interface Junction extends Range {
  readonly kind: 'and' | 'or';
  readonly operands: readonly Expression[];
}

export interface Comparison extends Range {
  readonly kind: 'compare';
  readonly operator: Ordering;
  readonly left: Expression;
  readonly right: Expression;
}

export interface Membership extends Range {
  readonly kind: 'in';
  readonly negated: boolean;
  readonly left: Expression;
  readonly list: readonly Expression[];
}

export interface Likeness extends Range {
  readonly kind: 'like';
  readonly negated: boolean;
  readonly left: Expression;
  readonly pattern: StringLiteral;
}
