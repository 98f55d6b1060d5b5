import {
  compile,
  type DocumentOrigin,
  type Operation,
  type PermissionDocument,
  parse,
  type Request,
  type Source,
} from '../src/index.ts';

/** A call of a SAM user on a Thursday morning; every test changes what it needs. */
export const CALL: Request = {
  api: 'User:getUser',
  httpMethod: 'GET',
  requestPath: '/v1/operators/OP0000000001/users/taro',
  pathVariables: { operator_id: 'OP0000000001', user_name: 'taro' },
  queryParameters: { limit: '10', tag: ['a', 'b'] },
  nowMs: Date.UTC(2026, 10, 19, 1, 30, 15, 500),
  timeZone: 'UTC',
  sourceIp: '192.0.2.10',
  samUserName: 'taro',
  operatorId: 'OP0000000001',
  mfaAuthenticated: true,
  authMethod: 'password+totp',
  authAgeSeconds: 60,
  secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
};

const OWN: DocumentOrigin = { kind: 'own' };

export const CATALOGUE: readonly Operation[] = [
  { name: 'User:listUsers', pathVariables: ['operator_id'] },
  { name: 'User:getUser', pathVariables: ['operator_id', 'user_name'] },
  { name: 'User:updateUserPassword', pathVariables: ['operator_id', 'user_name'], traits: ['credentials'] },
  { name: 'User:getUserMFAStatus', pathVariables: ['operator_id', 'user_name'] },
  { name: 'User:enableUserMFA', pathVariables: ['operator_id', 'user_name'], traits: ['credentials'] },
  { name: 'User:verifyUserMFA', pathVariables: ['operator_id', 'user_name'], traits: ['credentials'] },
  { name: 'User:revokeUserMFA', pathVariables: ['operator_id', 'user_name'], traits: ['removes-mfa'] },
  { name: 'Sim:listSims', pathVariables: [] },
  { name: 'Sim:getSim', pathVariables: ['sim_id'] },
  { name: 'Billing:getBilling', pathVariables: [] },
];

/** The document of a text that must be right. */
export function documentOf(text: string): PermissionDocument {
  const result = parse(text);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.document;
}

/** A document of statements given as plain values. */
export function documentFrom(...statements: readonly object[]): PermissionDocument {
  return documentOf(JSON.stringify({ statements }));
}

export function source(document: PermissionDocument, from: DocumentOrigin = OWN): Source {
  return { from, document };
}

/** What one condition gives on one call. */
export function outcomeOf(condition: string, call: Partial<Request> = {}): 'true' | 'false' | 'fails' {
  const request = { ...CALL, api: 'X:x', ...call };
  const allowed = decision({ effect: 'allow', api: '*', condition }, request) === 'allow';
  const denied = decision({ effect: 'deny', api: '*', condition }, request) === 'deny';
  return allowed ? 'true' : denied ? 'fails' : 'false';
}

function decision(statement: object, request: Request): 'allow' | 'deny' {
  const base = (statement as { effect: string }).effect === 'deny' ? [{ effect: 'allow', api: '*' }] : [];
  return compile([source(documentFrom(statement, ...base))]).decide(request);
}

/** Codes of the problems of a text, in their order. */
export function codesOf(text: string): string[] {
  const result = parse(text);
  return result.ok ? [] : result.problems.map(({ code }) => code);
}

/** A permission text with one allow statement with this condition. */
export function withCondition(condition: string): string {
  return JSON.stringify({ statements: [{ effect: 'allow', api: '*', condition }] });
}

/** A document (or a part of one) without positions and source text: what must be equal for equal documents. */
export function withoutPlaces(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => key !== 'start' && key !== 'end');
  const isText = 'expression' in value || 'statements' in value;
  return Object.fromEntries(kept.filter(([key]) => !(isText && key === 'text')).map(([k, v]) => [k, withoutPlaces(v)]));
}

/** The statements of a document's text, as plain JSON. */
export function plainStatements(text: string): readonly { api?: unknown; condition?: unknown }[] {
  const plain = JSON.parse(text) as { statements: readonly object[] };
  return plain.statements;
}

/**
 * The processor time of a piece of work in milliseconds, the least of some runs: a machine that does other work too makes
 * everything last longer, and the first runs are before the code is warm.
 */
export function leastWork(run: () => void, runs = 3): number {
  const once = (): number => {
    const start = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  return Math.min(...Array.from({ length: runs }, once));
}
