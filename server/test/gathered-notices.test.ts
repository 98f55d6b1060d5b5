import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../src/limits.ts';
import { claimDue } from '../src/mail/claim.ts';
import { openContent } from '../src/mail/outbox.ts';
import { renderMail } from '../src/mail/templates/render.ts';
import { type Credentials, call } from './support/client.ts';
import { fastHasher } from './support/fast-hasher.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { addAddress } from './support/recovery.ts';
import { allow, enrolSam, newSam, signInSam, userPath } from './support/sam.ts';
import { engines, joinTestServer, startTestServer, type TestServer } from './support/server.ts';

const { slot, named } = limits.mail.gathered;
const names = ['bob', 'carol', 'dan', 'eve'];
const ownMfa = ['User:enableUserMFA', 'User:verifyUserMFA'];

describe.each(engines)('gathered notices on %s', (engine) => {
  let server: TestServer;
  let other: TestServer;
  let root: Root;
  let as: Credentials;
  let mallory: Credentials;
  beforeAll(async () => {
    server = await startTestServer(engine, {}, { hasher: fastHasher() });
    other = await joinTestServer(server);
  });
  afterAll(async () => {
    await other.stop();
    await server.stop();
  });
  beforeEach(async () => {
    // Each begins with a slot of its own.
    server.clock.now += 3 * slot - (server.clock.now % slot);
    root = await newRoot(server);
    as = await signIn(server, root);
    const may = allow(['User:generateUserAuthKey', 'User:deleteUserAuthKey', 'User:revokeUserMFA', ...ownMfa]);
    const sam = await newSam(server, root, as, 'mallory', may);
    for (const name of names) await newSam(server, root, as, name, allow(ownMfa));
    mallory = await signInSam(server, sam);
  });
  afterEach(() => checkInvariants(server));

  const told = async (template: string, to = root.email) =>
    (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === template && mail.to === to);
  const makeKey = async (name: string, by = mallory, at = server) => {
    const keys = `${userPath(root, name)}/auth_keys`;
    const made = await call(at, 'POST', keys, { as: by });
    expect(made.status).toBe(200);
    expect((await call(at, 'DELETE', `${keys}/${String(made.body.authKeyId)}`, { as: by })).status).toBe(204);
  };
  const nameAt = (i: number) => names[i % names.length] ?? '';
  /** What is sent when everything is sent that is due; one recipient's mails go one after the other. */
  const due = async () => {
    const sent = [];
    for (;;) {
      const claimed = await claimDue(server.ctx, { any: 1000, links: 0 });
      if (claimed.length === 0) return sent.filter((row) => row.operator_id === root.operatorId);
      const done = { sent_at: server.clock.now, content: '' };
      const ids = claimed.map((row) => row.mail_id);
      await server.ctx.db.updateTable('outbox').set(done).where('mail_id', 'in', ids).execute();
      sent.push(...claimed);
    }
  };
  const dueOf = async (template: string) => (await due()).filter((row) => row.template === template);

  it('I4: a SAM user that makes 60 keys in a loop fills no mailbox, and no key goes untold', async () => {
    const second = await addAddress(server, root);
    for (let i = 0; i < 60; i++) await makeKey(nameAt(i));
    for (const to of [root.email, second]) {
      const mails = await told('auth_key_created', to);
      expect(mails.map(({ facts }) => [facts.userName, facts.by])).toEqual([
        ['bob', 'sam:mallory'],
        ['carol', 'sam:mallory'],
      ]);
      const digest = mails[1]?.facts ?? {};
      const further = digest.further as { userName: string; at: number }[];
      expect(further.map(({ userName }) => userName)).toEqual(
        Array.from({ length: named - 1 }, (_, i) => nameAt(i + 2)),
      );
      expect(1 + 1 + further.length + Number(digest.unnamed)).toBe(60);
    }
    const row = await server.ctx.db
      .selectFrom('outbox')
      .selectAll()
      .where('operator_id', '=', root.operatorId)
      .where('template', '=', 'auth_key_created')
      .where('next_attempt_at', '>', server.clock.now)
      .executeTakeFirst();
    expect(row?.content).not.toContain('carol');
    const content = row && openContent(server.ctx, row);
    if (!content) throw new Error('nothing is gathered');
    const { subject, text, html } = renderMail(content, server.ctx.config);
    expect(subject).toContain('58');
    for (const part of [text, html]) for (const name of names) expect(part).toContain(` / ${name} / `);
    expect(text).toContain('/logs/audit');
  });

  it('I4: the first is sent at once, the others when the slot is over, and no sooner', async () => {
    await due();
    await makeKey('bob');
    expect(await dueOf('auth_key_created')).toHaveLength(1);
    await makeKey('carol');
    await makeKey('dan');
    server.clock.now += slot - 1 - (server.clock.now % slot);
    expect(await dueOf('auth_key_created')).toHaveLength(0);
    server.clock.now += 1;
    expect(await dueOf('auth_key_created')).toHaveLength(1);
    // What goes on is gathered on; what begins again later is told at once.
    await makeKey('eve');
    expect(await dueOf('auth_key_created')).toHaveLength(0);
    server.clock.now += slot;
    expect(await dueOf('auth_key_created')).toHaveLength(1);
    server.clock.now += 2 * slot;
    await makeKey('eve');
    expect(await dueOf('auth_key_created')).toHaveLength(1);
  });

  it("I4: another user's doing, and another kind, are not hidden behind it", async () => {
    for (let i = 0; i < 3; i++) await makeKey('bob');
    await makeKey('bob', as);
    await enrolSam(server, root, await signInSam(server, await signInOf('carol')), 'carol');
    await call(server, 'DELETE', `${userPath(root, 'carol')}/mfa`, { as: mallory });
    const now = (await due()).filter((row) => row.recipient === root.email).map((row) => row.template);
    expect(now.filter((template) => template === 'auth_key_created')).toHaveLength(2);
    expect(now).toContain('sam_mfa_enabled');
    expect(now).toContain('sam_mfa_disabled');
  });
  const signInOf = async (userName: string) => ({
    operatorId: root.operatorId,
    userName,
    password: `sam ${userName} pass phrase`,
  });

  it('I4: what is gathered holds up no other mail, and what the root user must act on is never gathered', async () => {
    for (let i = 0; i < 3; i++) await makeKey(nameAt(i));
    await due();
    const enrolled = await enrol(server, root);
    const off = () =>
      call(server, 'DELETE', `/v1/operators/${root.operatorId}/mfa`, {
        as: enrolled,
        body: { password: root.password },
      });
    expect((await off()).status).toBe(204);
    const again = await enrol(server, root);
    await call(server, 'POST', `/v1/operators/${root.operatorId}/mfa/backup_codes`, {
      as: again,
      body: { mfaOTPCode: otpAt(again.seed, server.clock.now) },
    });
    const templates = (await due()).map((row) => row.template);
    expect(templates.sort()).toEqual(['backup_codes_renewed', 'mfa_disabled', 'mfa_enabled', 'mfa_enabled']);
  });

  it('I4: 20 at the same time over two servers are one mail now and one later', async () => {
    const tries = Array.from({ length: 20 }, (_, i) => makeKey(nameAt(i), mallory, i % 2 ? server : other));
    await Promise.allSettled(tries);
    const mails = await told('auth_key_created');
    const made = await server.ctx.db
      .selectFrom('audit_log')
      .select('sequence')
      .where('operator_id', '=', root.operatorId)
      .where('api_kind', '=', 'User:generateUserAuthKey')
      .where('outcome', '=', 'success')
      .execute();
    expect(mails).toHaveLength(2);
    const further = (mails[1]?.facts.further ?? []) as unknown[];
    expect(2 + further.length).toBe(made.length);
  });

  it('I4: a change that fails gathers nothing', async () => {
    for (let i = 0; i < 2; i++) await makeKey('bob');
    const keys = `${userPath(root, 'dan')}/auth_keys`;
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await call(server, 'POST', keys, { as: mallory })).status);
    expect(statuses.slice(0, 2)).toEqual([200, 200]);
    expect(statuses[2]).not.toBe(200);
    const [, digest] = await told('auth_key_created');
    expect(digest?.facts.further).toHaveLength(2);
  });

  it('I4: what can not be added any more, because its mail left early, is told by a mail of its own', async () => {
    for (let i = 0; i < 2; i++) await makeKey('bob');
    await server.ctx.db
      .updateTable('outbox')
      .set({ sent_at: server.clock.now, content: '' })
      .where('operator_id', '=', root.operatorId)
      .execute();
    await makeKey('carol');
    expect(await dueOf('auth_key_created')).toHaveLength(1);
  });
});
