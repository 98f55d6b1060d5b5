import type { Language } from '@warifu/contract';
import { act } from 'react';
import { createRoot } from 'react-dom/client';
import { type Credentials, call } from '../../../server/test/support/client.ts';
import { fastHasher } from '../../../server/test/support/fast-hasher.ts';
import { newRoot, type Root, signIn as signInProgram } from '../../../server/test/support/people.ts';
import { startTestServer, type TestServer } from '../../../server/test/support/server.ts';
import { connectSession, keepCsrfToken } from '../../src/api.ts';
import { App, newQueries } from '../../src/frame/app.tsx';
import { chooseLanguage, startLanguage } from '../../src/language.ts';
import { common as commonEn } from '../../src/locales/en/common.ts';
import { security as securityEn } from '../../src/locales/en/security.ts';
import { common as commonJa } from '../../src/locales/ja/common.ts';
import { security as securityJa } from '../../src/locales/ja/security.ts';
import { router } from '../../src/router.tsx';
import { until } from './page.ts';

// Once, as the page does: what arrives later with a page stays.
startLanguage({ ...commonJa, ...securityJa }, { ...commonEn, ...securityEn });

const origin = 'http://localhost:8787';

/** The console in a page, before a real server on a real database. Only the socket between them is left out. */
export type Console = {
  readonly server: TestServer;
  readonly root: Root;
  /** The API, as the root user's program calls it. */
  readonly api: (method: string, path: string, body?: unknown) => ReturnType<typeof call>;
  /** The credentials of that program. */
  readonly program: Credentials;
  /** What the console asked of the server since this was last emptied, as `METHOD /path`. */
  readonly asked: string[];
  /** Signs somebody in to the console, in a new browser; the root user when nobody is named. */
  signIn(who?: { email: string; password: string } | Sam): Promise<void>;
  /** Opens a page; resolves when it stands. */
  open(path: string, language?: Language): Promise<void>;
  stop(): Promise<void>;
};

type Sam = { operatorId: string; userName: string; password: string };

/** Starts a server with one operator, and the console as the browser runs it. */
export async function startConsole(): Promise<Console> {
  const server = await startTestServer('sqlite', {}, { hasher: fastHasher() });
  const root = await newRoot(server);
  const as: Credentials = await signInProgram(server, root);
  const cookies = new Map<string, string>();
  const asked: string[] = [];
  let unmount = () => {};

  globalThis.fetch = async (address, options = {}) => {
    const path = address as string;
    const { method = 'GET', headers = {}, body } = options as RequestInit;
    asked.push(`${method} ${path}`);
    const answer = await server.app.inject({
      method: method as 'GET',
      url: path,
      remoteAddress: '198.51.100.20',
      headers: {
        host: 'localhost:8787',
        origin,
        'sec-fetch-site': 'same-origin',
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(headers as Record<string, string>),
      },
      ...(typeof body === 'string' && { payload: body }),
    });
    for (const { name, value, maxAge } of answer.cookies as { name: string; value: string; maxAge?: number }[]) {
      if (value === '' || maxAge === 0) cookies.delete(name);
      else cookies.set(name, value);
    }
    const empty = answer.statusCode === 204 || answer.body === '';
    const given = Object.entries(answer.headers).map(([name, value]) => [name, String(value)] as [string, string]);
    return new Response(empty ? null : answer.body, { status: answer.statusCode, headers: given });
  };
  const api = (method: string, path: string, body?: unknown) =>
    call(server, method, path.replace('{operator_id}', root.operatorId), { as, ...(body !== undefined && { body }) });

  return {
    server,
    root,
    api,
    program: as,
    asked,
    async signIn(who = { email: root.email, password: root.password }) {
      cookies.clear();
      const answer = await globalThis.fetch('/v1/console/sign_in', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(who),
      });
      if (!answer.ok) throw new Error(`sign-in refused: ${await answer.text()}`);
    },
    async open(path, language = 'ja') {
      unmount();
      connectSession({
        confirmIdentity: async () => false,
        confirmLoss: async () => true,
        sessionReplaced: async () => false,
        sessionEnded: async () => false,
        mustEnrol: () => {},
        sessionUsed: () => {},
      });
      keepCsrfToken('');
      chooseLanguage(language);
      unmount = await render();
      await act(() => router.navigate({ href: path } as never));
      await until(() => document.querySelector('main h1') && !document.querySelector('main [class*=Skeleton]'), path);
    },
    async stop() {
      unmount();
      await server.stop();
    },
  };
}

async function render(): Promise<() => void> {
  const place = document.createElement('div');
  document.body.replaceChildren(place);
  const root = createRoot(place);
  await act(async () => root.render(<App queries={newQueries()} />));
  return () => act(() => root.unmount());
}
