import { type Condition, describeProblemAt, parseCondition } from '@warifu/policy';
import { Failure } from '../failure.ts';

/** Who may switch to a SAM user. Principals are named exactly; there is no wildcard (R64). */
export type TrustPolicy = {
  readonly statements: readonly { readonly principals: readonly string[]; readonly condition: Condition | undefined }[];
};

const maxBytes = 32 * 1024;
const maxStatements = 100;
const maxPrincipals = 100;
const principalForm = /^srn:soracom:(OP\d{10})::(?:Operator:\1|User:[A-Za-z0-9][A-Za-z0-9._-]{0,63})$/;

/** The name of a root user in trust policies and answers. */
export function rootSrn(operatorId: string): string {
  return `srn:soracom:${operatorId}::Operator:${operatorId}`;
}

/** The name of a SAM user in trust policies and answers. */
export function userSrn(operatorId: string, userName: string): string {
  return `srn:soracom:${operatorId}::User:${userName}`;
}

/** The user whom an SRN names; the name is empty for a root user. */
export function principalOf(srn: string): { operatorId: string; userName: string } {
  const [, operatorId = '', kind, name = ''] = /^srn:soracom:(OP\d{10})::(Operator|User):(.+)$/.exec(srn) ?? [];
  return { operatorId, userName: kind === 'User' ? name : '' };
}

/**
 * Reads a trust policy as it is saved.
 * @throws Failure AUM0031 with the reason
 */
export function parseTrustPolicy(text: string): TrustPolicy {
  if (Buffer.byteLength(text) > maxBytes) throw invalid('at most 32 KiB', '32 KiB 以内にしてください。');
  const document = asObject(parseJson(text), ['statements']);
  const statements = asArray(document.statements, maxStatements);
  return { statements: statements.map(parseStatement) };
}

function parseStatement(value: unknown) {
  const statement = asObject(value, ['effect', 'principal', 'condition']);
  if (statement.effect !== 'allow') throw invalid("effect must be 'allow'", "effect には 'allow' を指定してください。");
  const { soracom } = asObject(statement.principal, ['soracom']);
  const principals = asArray(typeof soracom === 'string' ? [soracom] : soracom, maxPrincipals).map(parsePrincipal);
  return { principals, condition: parseOptionalCondition(statement.condition) };
}

function parsePrincipal(value: unknown): string {
  if (typeof value === 'string' && principalForm.test(value)) return value;
  const shown = JSON.stringify(value)?.slice(0, 80) ?? '';
  const form = 'srn:soracom:OP…::User:name, srn:soracom:OP…::Operator:OP…';
  throw invalid(`${shown} is not a principal (${form})`, `${shown} はプリンシパルではありません (${form})。`);
}

function parseOptionalCondition(value: unknown): Condition | undefined {
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw invalid('condition must be a string', 'condition は文字列で指定してください。');
  const result = parseCondition(value);
  if (result.ok) return result.condition;
  const [problem] = result.problems;
  throw invalid(problem ? describeProblemAt(problem, 'en') : '', problem ? describeProblemAt(problem, 'ja') : '');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('it is not well-formed JSON', 'JSON の形式が正しくありません。');
  }
}

function asObject(value: unknown, names: readonly string[]): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(
      `an object with ${names.join(', ')} is expected`,
      `${names.join(', ')} を持つオブジェクトが必要です。`,
    );
  }
  const unknown = Object.keys(value).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw invalid(`${unknown.slice(0, 64)} is not known here`, `${unknown.slice(0, 64)} は不明な項目です。`);
  return value as Record<string, unknown>;
}

function asArray(value: unknown, max: number): unknown[] {
  if (!Array.isArray(value) || value.length === 0 || value.length > max) {
    throw invalid(`a list of 1 to ${max} items is expected`, `1 から ${max} 個の要素を持つ配列が必要です。`);
  }
  return value;
}

function invalid(en: string, ja: string): Failure {
  return new Failure('AUM0031', { reason: { en, ja } });
}

/** The statements of a stored trust policy, which was checked when it was saved; without one there are none. */
export function readTrustPolicy(text: string | null): TrustPolicy['statements'] {
  return text === null || text === '' ? [] : parseTrustPolicy(text).statements;
}
