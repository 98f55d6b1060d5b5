import { type Operations, routes } from './contract.ts';
import { type Confirmation, mfaOf } from './mfa.ts';
import { type Credential, type Language, requestOf, senderOf } from './request.ts';
import { type Received, sendPatiently } from './send.ts';

export type ClientOptions = {
  /** Address of Warifu, such as `https://id.example.com`. */
  readonly url: string;
  readonly credential?: Credential | undefined;
  /** Milliseconds for a call as a whole; 10,000 when left out. */
  readonly timeout?: number | undefined;
  /** How often a question that changes nothing is asked again at most; 2 when left out. */
  readonly retries?: number | undefined;
  /** Of the messages of errors; English when left out. */
  readonly language?: Language | undefined;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof globalThis.fetch | undefined;
};

export type CallOptions = Confirmation & {
  readonly signal?: AbortSignal | undefined;
  readonly timeout?: number | undefined;
  /** Only if what is changed still has this tag, else `COM0412`. */
  readonly ifMatch?: string | undefined;
};

export type OperationName = keyof Operations;
export type InputOf<Name extends OperationName> = Operations[Name]['input'];
export type ReplyOf<Name extends OperationName> = Operations[Name]['reply'];

/** A reply, and what its headers say. */
export type Answer<Name extends OperationName> = {
  readonly reply: ReplyOf<Name>;
  /** Where the next page of a list begins, when there is one: the `last_evaluated_key` of the next call. */
  readonly nextKey: string | undefined;
  /** The tag of what was read, for `ifMatch`. */
  readonly tag: string | undefined;
  readonly headers: Headers;
};

export type WarifuClient = ReturnType<typeof functionsOf> & {
  /** The same server, called by somebody else: what `signIn` answers is such a credential. */
  readonly as: (credential: Credential) => WarifuClient;
};

/**
 * A client of one Warifu. Every function throws a `WarifuError`, or the reason of a signal that was aborted.
 * @throws TypeError when the address or the credential cannot be one
 */
export function createClient(options: ClientOptions): WarifuClient {
  return { ...functionsOf(options), as: (credential) => createClient({ ...options, credential }) };
}

function functionsOf(options: ClientOptions) {
  const { url, timeout = 10_000, retries = 2 } = options;
  const sender = senderOf(url, options.credential, options.language);
  const fetch = options.fetch ?? globalThis.fetch;

  /** Calls an operation, and tells its headers too. */
  async function answerOf<Name extends OperationName>(
    name: Name,
    input: InputOf<Name>,
    { signal, ifMatch, confirm, timeout: own = timeout }: CallOptions = {},
  ): Promise<Answer<Name>> {
    const route = routes[name];
    if (route === undefined) throw new TypeError(`${name}: there is no such operation`);
    const [address, init] = requestOf(sender, route, { ...input });
    const headers = {
      ...init.headers,
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      ...(confirm !== undefined && { 'warifu-confirm': confirm }),
    };
    const patience = { timeout: own, retries: route.repeatable ? retries : 0, signal };
    return answerIn(await sendPatiently((end) => fetch(address, { ...init, headers, signal: end }), patience));
  }

  /** Calls an operation of the API; `input` has its path variables, query and body. */
  async function call<Name extends OperationName>(name: Name, input: InputOf<Name>, given?: CallOptions) {
    return (await answerOf(name, input, given)).reply;
  }

  return {
    call,
    answerOf,
    /** Answers with the key and token of a new session: `client.as(await client.signIn({ … }))`. */
    signIn: async (input: InputOf<'auth'>) => await call('auth', input),
    /** Ends the session of this client. */
    signOut: async () => await call('logout', {}),
    /** Whose session it is, and how it was proved. */
    me: async () => await call('getIdentity', {}),
    /** With a gate key: whose session a credential opens, and which calls it may make. */
    check: async (input: InputOf<'checkAuthorization'>, given?: CallOptions) =>
      await call('checkAuthorization', input, given),
    /** With a gate key: whose session a token opens (RFC 7662). */
    introspect: async (token: string) => await call('introspectToken', { token }),
    /** Ends the session of a token (RFC 7009): who holds it may. Not with a gate key, which does nothing but ask. */
    revoke: async (token: string) => await call('revokeToken', { token }),
    mfa: mfaOf(call),
  };
}

function answerIn<Name extends OperationName>({ headers, body }: Received): Answer<Name> {
  return {
    reply: body as ReplyOf<Name>,
    nextKey: headers.get('x-soracom-next-key') ?? undefined,
    tag: headers.get('etag') ?? undefined,
    headers,
  };
}
