import type { PermissionDocument } from './ast.ts';

/** Where a document comes from. It never changes a decision; explanations name it. */
export type Origin =
  | { readonly kind: 'own' }
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'default' };

/** One of the documents whose statements count for a SAM user. */
export interface Source {
  readonly from: Origin;
  readonly document: PermissionDocument;
}

/** An operation of a loaded catalogue. */
export interface Operation {
  /** `Tag:operationId`. */
  readonly name: string;
  /** The `{name}`s of its path. */
  readonly pathVariables: readonly string[];
}

export type Decision = 'allow' | 'deny';
