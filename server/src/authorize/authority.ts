import {
  type Condition,
  type PermissionDocument,
  printExpression,
  specialiseCondition,
  specialiseDocument,
} from '@warifu/policy';
import type { Db } from '../db/database.ts';
import { closedToSwitched, onlyOneself, operationsWith } from './catalogue.ts';
import { documentsInTurns, parsePermission, sizeOf, type Texts, textsOf } from './documents.ts';
import { readTrustPolicy } from './trust-policy.ts';

/** One way in which a principal can act: what decides for it there, as it reads for that user. */
export type Identity = { readonly operatorId: string; readonly documents: readonly PermissionDocument[] };

/** A user to whom a principal may switch, and on what that depends. */
export type Edge = Identity & {
  /** The user and the condition of the statement that lets the principal in; equal for equal ways in. */
  readonly way: string;
  readonly unconditional: boolean;
};

/** Everything that a principal can act as: itself, and whom it may switch to, over operators too. */
export type Authority = {
  readonly itself: Identity;
  readonly edges: readonly Edge[];
  /** False when there are more ways than are looked at. */
  readonly complete: boolean;
};

export type Principal = { readonly operatorId: string; readonly userId: string; readonly userName: string };

/** The authority of a SAM user, by what the transaction sees. A switched session switches no further (R64). */
export async function authorityOf(db: Db, principal: Principal): Promise<Authority> {
  return { itself: await identityOf(db, principal), ...(await edgesOf(db, principal)) };
}

/** A SAM user itself; nothing when it is gone. */
export async function identityOf(db: Db, principal: Principal): Promise<Identity> {
  return await identityBy(principal, await textsOf(db, principal.operatorId, principal.userId));
}

/** The same by texts that were read; none when it is gone. */
export async function identityBy(principal: Principal, texts: Texts | undefined): Promise<Identity> {
  return readFor(principal, texts ? await documentsInTurns(texts) : []);
}

/** Documents as they read for their owner. */
export function readFor(owner: Omit<Principal, 'userId'>, documents: readonly PermissionDocument[]): Identity {
  const { operatorId, userName } = owner;
  const known = { variables: { samUserName: userName, operatorId }, pathVariables: {} };
  return { operatorId, documents: documents.map((document) => specialiseDocument(document, known)) };
}

/**
 * An identity as somebody has it who switched to the user of this name: without its password, and without what no
 * switched session calls.
 */
export function borrowed({ operatorId, documents }: Identity, samUserName: string): Identity {
  const known = { variables: { samUserName, authMethod: 'switchUser', mfaAuthenticated: false }, pathVariables: {} };
  return {
    operatorId,
    documents: [...documents, notForBorrowed()].map((document) => specialiseDocument(document, known)),
  };
}

/** The way that a statement of a trust policy opens for a principal; see `Edge`. */
export function wayTo(
  target: Omit<Principal, 'userName'>,
  principal: Principal,
  condition: Condition | null | undefined,
): string {
  const known = { variables: { samUserName: principal.userName, operatorId: principal.operatorId }, pathVariables: {} };
  const text = condition ? printExpression(specialiseCondition(condition, known).expression) : '';
  return JSON.stringify([target.operatorId, target.userId, text]);
}

// SECURITY: other operators decide how many of their users trust one, and what those may do; reading it all must not stop
// this server. What is not read makes the authority incomplete.
const mostWays = 50;
const mostCharacters = 2 * 1024 * 1024;

async function edgesOf(db: Db, principal: Principal): Promise<{ edges: Edge[]; complete: boolean }> {
  const rows = await db
    .selectFrom('trusted_principals as trusted')
    .innerJoin('users', (join) =>
      join.onRef('users.operator_id', '=', 'trusted.operator_id').onRef('users.user_id', '=', 'trusted.user_id'),
    )
    .select(['users.operator_id', 'users.user_id', 'users.user_name', 'users.trust_policy', 'trusted.statement'])
    .where('trusted.principal_operator_id', '=', principal.operatorId)
    .where('trusted.principal_user_id', '=', principal.userId)
    .orderBy('trusted.operator_id')
    .orderBy('trusted.user_id')
    .orderBy('trusted.statement')
    .limit(mostWays + 1)
    .execute();
  const edges: Edge[] = [];
  let characters = 0;
  for (const row of rows.slice(0, mostWays)) {
    const target = { operatorId: row.operator_id, userId: row.user_id, userName: row.user_name };
    const texts = await textsOf(db, target.operatorId, target.userId);
    characters += texts ? sizeOf(texts) : 0;
    if (characters > mostCharacters) return { edges, complete: false };
    const condition = readTrustPolicy(row.trust_policy)[row.statement]?.condition;
    const identity = borrowed(await identityBy(target, texts), target.userName);
    edges.push({ ...identity, way: wayTo(target, principal, condition), unconditional: !condition });
  }
  return { edges, complete: rows.length <= mostWays };
}

let notForBorrowedDocument: PermissionDocument | undefined;

function notForBorrowed(): PermissionDocument {
  const statements = [
    { effect: 'deny', api: closedToSwitched },
    { effect: 'deny', api: operationsWith('ends sessions'), condition: onlyOneself },
  ];
  notForBorrowedDocument ??= parsePermission(JSON.stringify({ statements }));
  return notForBorrowedDocument;
}
