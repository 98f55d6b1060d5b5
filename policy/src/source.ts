import type { PermissionDocument } from './ast.ts';

/** Where a document comes from. It never changes a decision; explanations name it. */
export type DocumentOrigin =
  | { readonly kind: 'own' }
  | { readonly kind: 'role'; readonly name: string }
  | { readonly kind: 'default' };

/** One of the documents whose statements count for a SAM user. */
export interface Source {
  readonly from: DocumentOrigin;
  readonly document: PermissionDocument;
}

/** An operation of a loaded catalogue. */
export interface Operation {
  /** `Tag:operationId`. */
  readonly name: string;
  /** The `{name}`s of its path. */
  readonly pathVariables: readonly string[];
  readonly method?: string;
  readonly path?: string;
  /** What the lint should warn of; without any it says nothing of this operation. */
  readonly traits?: readonly Trait[];
  /** The path variable that names the SAM user acted on, for operations with traits; when left out, the last one. */
  readonly target?: string;
}

/**
 * What makes an operation one to be careful with: `removes-mfa` weakens the second factor of the SAM user it acts on,
 * `credentials` gives or takes that user's means of signing in.
 */
export type Trait = 'removes-mfa' | 'credentials';

export type Decision = 'allow' | 'deny';
