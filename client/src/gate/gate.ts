import { createClient, type InputOf, type ReplyOf, type WarifuClient } from '../client.ts';
import type { ErrorCode } from '../contract.ts';
import { WarifuError, type WarifuErrorCode } from '../errors.ts';
import { credentialIn, type IncomingCall, languageIn, partsOf } from './call.ts';
import { type Refusal, refusalOf } from './refusal.ts';
import { assertHost, assertTimeout } from './setting.ts';

type Reply = ReplyOf<'checkAuthorization'>;
type Question = NonNullable<InputOf<'checkAuthorization'>['questions']>[number];

/** Whose session a request came with, and how it was proved. */
export type Identity = NonNullable<Reply['identity']>;

/** What a handler behind a guard knows. */
export type Granted = {
  readonly identity: Identity;
  /** The operation that was allowed; undefined where being signed in was enough. */
  readonly operation: string | undefined;
};

/** Told to the people who run the application, and to nobody else; `about` holds no secret. */
export type Log = (message: string, about: Readonly<Record<string, string>>) => void;

export type GateOptions = {
  /** Address of Warifu, such as `https://id.example.com`. */
  readonly url: string;
  /** As `warifu gate-key create` printed it. */
  readonly gateKey: string;
  /** The host that the catalogue of this API was imported for. It never comes from the request, which could say any. */
  readonly host?: string | undefined;
  /** Milliseconds until a request is refused as Warifu does not answer; 3,000 when left out. */
  readonly timeout?: number | undefined;
  /** `console.error` when left out. */
  readonly log?: Log | undefined;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
};

/** What must be allowed: an operation by its name, the one that method and path call, or just to be signed in. */
export type Wanted = { readonly operation: string } | 'catalogue' | 'signed in';

/** Decides a request. Never throws: what cannot be decided is refused. */
export type Decide = (call: IncomingCall, wanted: Wanted) => Promise<Granted | Refusal>;

/**
 * Asks Warifu about every request anew, so that what was revoked is refused by the next one.
 * @throws TypeError when address, gate key, host or timeout cannot be one
 */
export function createGate({ url, gateKey, timeout = 3000, log = logged, ...rest }: GateOptions): Decide {
  if (rest.host !== undefined) assertHost('host', rest.host);
  assertTimeout(timeout);
  const client = createClient({ url, credential: { gateKey }, timeout, retries: 1, fetch: rest.fetch });
  return async (call, wanted) => {
    const refuse: Refuse = (code, facts) => refusalOf(code, languageIn(call), facts);
    const parts = partsOf(call.target);
    if (!parts || (wanted === 'catalogue' && !call.isExact()))
      return refuse('COM0001', { field: 'path', reason: ambiguous });
    const credential = credentialIn(call);
    if (!credential) return refuse('AUM0001');
    const { method: httpMethod, pathVariables, sourceIp } = call;
    const facts = { httpMethod, requestPath: parts.path, queryParameters: parts.query, ...(sourceIp && { sourceIp }) };
    const questions = questionsOf(wanted, { ...facts, pathVariables, ...(rest.host && { host: rest.host }) });
    try {
      return answerTo(await ask(client, { credential, questions }), wanted, refuse);
    } catch (error) {
      return undecided(error, refuse, log);
    }
  };
}

type Refuse = (code: ErrorCode, facts?: Parameters<typeof refusalOf>[2]) => Refusal;

const ambiguous = {
  en: 'it can be read in more than one way',
  ja: '複数の解釈ができるパスは使用できません。',
};

/** Whoever is signed in may ask who it is, but for those who must enable MFA before anything else. */
const whoItIs = 'Auth:getIdentity';

function questionsOf(wanted: Wanted, facts: Question): Question[] {
  if (wanted === 'signed in') return [{ api: whoItIs }];
  if (wanted === 'catalogue') return [{ ...facts, pathVariables: {} }];
  return [{ ...facts, api: wanted.operation }];
}

async function ask(client: WarifuClient, input: InputOf<'checkAuthorization'>): Promise<Reply> {
  const reply: unknown = await client.check(input);
  // SECURITY: a proxy may answer with JSON too; only what says yes in so many words is one.
  if (typeof reply === 'object' && reply !== null && 'active' in reply && 'answers' in reply) return reply as Reply;
  throw new WarifuError('UNEXPECTED', 'An answer that is none of the gate');
}

function answerTo({ active, identity, answers }: Reply, wanted: Wanted, refuse: Refuse): Granted | Refusal {
  if (active !== true || !identity) return refuse('AUM0001');
  const [answer] = answers;
  if (wanted === 'signed in' && answer?.decision === 'allow') return { identity, operation: undefined };
  const operation = typeof wanted === 'object' ? wanted.operation : answer?.api;
  // SECURITY: what no catalogue describes is refused, even where one lets such calls by: a router may take a path, such as
  // one in capital letters, for an operation that Warifu does not see in it.
  if (answer?.decision === 'allow' && operation !== undefined) return { identity, operation };
  return refused(answer, operation, (code, facts) => refuse(code, facts && { ...facts, userName: identity.userName }));
}

function refused(answer: Reply['answers'][number] | undefined, operation: string | undefined, refuse: Refuse): Refusal {
  switch (answer?.settledBy) {
    case 'credential':
      return refuse('AUM0001');
    case 'session':
      return refuse('AUM0015');
    case 'quarantine':
      return refuse('AUM0019', answer.until === undefined ? {} : { until: answer.until });
    case 'enrolment':
      return refuse('MFA0008');
    case 'proof':
    case 'permission':
      return refuse(answer.stepUp ? 'AUM0065' : 'AUM0017', {
        permission: answer.missingPermission ?? operation ?? '',
        ...(answer.stepUp && { stepUp: answer.stepUp }),
      });
    case 'access':
      return refuse(operation === undefined ? 'AUM0062' : 'AUM0016');
    default:
      return refuse('AUM0062');
  }
}

function undecided(error: unknown, refuse: Refuse, log: Log): Refusal {
  const code = error instanceof WarifuError ? error.code : 'UNEXPECTED';
  const about =
    error instanceof WarifuError ? { code, message: error.message, field: error.facts.field ?? '' } : { code };
  // What the request is made of was too much for a question: a mistake of who sent it, or of who named the operation.
  if (code === 'COM0001' || code === 'COM0413') {
    log('a request cannot be asked about', about);
    const [, field = 'request'] = /^questions\.0\.queryParameters\.(.+)$/s.exec(about.field ?? '') ?? [];
    return refuse('COM0001', { field, reason: { en: 'is not valid', ja: '値が正しくありません。' } });
  }
  log(explained(code), about);
  return refuse('COM0503', { retryAfter: 5 });
}

function explained(code: WarifuErrorCode): string {
  return code === 'AUM0060' ? 'the gate key is wrong or revoked: every request is refused' : 'Warifu did not decide';
}

function logged(message: string, about: Readonly<Record<string, string>>): void {
  console.error(`warifu: ${message}`, about);
}
