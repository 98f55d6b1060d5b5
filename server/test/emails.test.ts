import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, call } from './support/client.ts';
import { checkInvariants } from './support/invariants.ts';
import { enrol, mailedToken, mailsOf, newRoot, otpAt, type Root, signIn } from './support/people.ts';
import { par, tally } from './support/race.ts';
import { allow, newSam, signInSam } from './support/sam.ts';
import { engines, startTestServer, type TestServer } from './support/server.ts';

type EmailInfo = { emailId: string; email: string; verified: boolean };

describe.each(engines)('email addresses on %s', (engine) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(engine);
  });
  afterAll(() => server.stop());
  afterEach(() => checkInvariants(server));

  const base = (root: Root) => `/v1/operators/${root.operatorId}`;
  const list = async (root: Root, as: Credentials) =>
    (await call(server, 'GET', `${base(root)}/emails`, { as })).body as unknown as EmailInfo[];
  const issue = (as: Credentials, email: string, password: string) =>
    call(server, 'POST', '/v1/operators/add_email_token/issue', { as, body: { email, password } });
  const verify = (token: string) => call(server, 'POST', '/v1/operators/add_email_token/verify', { body: { token } });
  const setPrimary = (root: Root, as: Credentials, emailId: string, password: string) =>
    call(server, 'POST', `${base(root)}/system_notifications/primary`, {
      as,
      body: { emailIdList: [emailId], password },
    });

  async function addEmail(root: Root, as: Credentials, email: string): Promise<string> {
    expect((await issue(as, email, root.password)).status).toBe(200);
    expect((await verify(await mailedToken(server, root.operatorId, 'add_email_link'))).status).toBe(200);
    return (await list(root, as)).find((row) => row.email === email)?.emailId ?? '';
  }

  it('counts for nothing until the mailed link was followed, once', async () => {
    const root = await newRoot(server);
    const as = await signIn(server, root);
    server.clock.now += 1000;
    const wrong = await issue(as, 'second@example.com', 'not the password');
    expect([wrong.status, wrong.body.code]).toEqual([400, 'AUM0011']);
    expect((await issue(as, 'not an address', root.password)).body.code).toBe('COM0008');
    expect((await issue(as, 'second@example.com', root.password)).status).toBe(200);
    expect((await list(root, as)).map((row) => [row.email, row.verified])).toEqual([
      [root.email, true],
      ['second@example.com', false],
    ]);
    const unverified = (await list(root, as)).find((row) => !row.verified)?.emailId ?? '';
    expect((await setPrimary(root, as, unverified, root.password)).body.code).toBe('AUM0037');
    const token = await mailedToken(server, root.operatorId, 'add_email_link');
    expect((await verify(token)).status).toBe(200);
    expect((await verify(token)).body.code).toBe('AUM0012');
    expect((await issue(as, 'SECOND@example.com', root.password)).body.code).toBe('AUM0003');
    const told = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'email_added');
    expect(told.map((mail) => mail.to).sort()).toEqual([root.email, 'second@example.com'].sort());
  });

  it('a new primary signs in, is told to the old one, kills links and holds MFA resets', async () => {
    const root = await newRoot(server);
    const { seed, ...as } = await enrol(server, root);
    const emailId = await addEmail(root, as, `new-${root.email}`);
    const reset = { email: root.email, password: root.password };
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: reset });
    expect(await mailedToken(server, root.operatorId, 'mfa_reset_link')).not.toBe('');
    expect((await setPrimary(root, as, emailId, 'not the password')).body.code).toBe('AUM0011');
    const set = await setPrimary(root, as, emailId, root.password);
    expect([set.status, set.body.emailIdList]).toEqual([200, [emailId]]);
    const moved = { ...root, email: `new-${root.email}` };
    expect((await call(server, 'POST', '/v1/auth', { body: reset })).body.code).toBe('AUM0002');
    await signIn(server, moved, otpAt(seed, server.clock.now));
    const mails = await mailsOf(server, root.operatorId);
    const told = mails.filter((mail) => mail.template === 'primary_email_changed').map((mail) => mail.to);
    expect(told.sort()).toEqual([moved.email, root.email].sort());
    const before = mails.filter((mail) => mail.template === 'mfa_reset_link').length;
    const issueAgain = { email: moved.email, password: root.password };
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: issueAgain });
    const during = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_reset_link').length;
    expect(during, 'held for 24 hours').toBe(before);
    server.clock.now += 24 * 3_600_000 + 1000;
    await call(server, 'POST', '/v1/operators/mfa_revoke_token/issue', { body: issueAgain });
    const after = (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'mfa_reset_link');
    expect(after.length).toBe(before + 1);
    expect(after.at(-1)?.to).toBe(moved.email);
  });

  it('deletes any address but the primary one, and two operators cannot share a primary', async () => {
    const root = await newRoot(server);
    const other = await newRoot(server);
    const as = await signIn(server, root);
    const emailId = await addEmail(root, as, other.email);
    expect((await setPrimary(root, as, emailId, root.password)).body.code).toBe('AUM0003');
    const primary = (await list(root, as)).find((row) => row.email === root.email)?.emailId ?? '';
    expect((await call(server, 'DELETE', `${base(root)}/emails/${primary}`, { as })).body.code).toBe('AUM0036');
    expect((await call(server, 'DELETE', `${base(root)}/emails/${emailId}`, { as })).status).toBe(204);
    expect((await call(server, 'GET', `${base(root)}/emails/${emailId}`, { as })).status).toBe(404);
    // The deleted address got the news as well; take it out of the check for stored addresses.
    await server.ctx.db.deleteFrom('outbox').where('operator_id', '=', root.operatorId).execute();
  });

  describe('sending the link of an unverified address again', () => {
    const resend = (root: Root, as: Credentials, emailId: string) =>
      call(server, 'POST', `${base(root)}/emails/${emailId}/resend`, { as });
    const unverified = async () => {
      const root = await newRoot(server);
      const as = await signIn(server, root);
      await issue(as, `late-${root.email}`, root.password);
      const emailId = (await list(root, as)).find((row) => !row.verified)?.emailId ?? '';
      const first = await mailedToken(server, root.operatorId, 'add_email_link');
      server.clock.now += 1000;
      return { root, as, emailId, first };
    };
    const sent = async (root: Root) =>
      (await mailsOf(server, root.operatorId)).filter((mail) => mail.template === 'add_email_link');

    it('mails it to the stored address; the one before is dead', async () => {
      const { root, as, emailId, first } = await unverified();
      expect((await resend(root, as, emailId)).status).toBe(204);
      expect((await sent(root)).map(({ to }) => to)).toEqual(Array(2).fill(`late-${root.email}`));
      expect((await verify(first)).body.code).toBe('AUM0012');
      expect((await verify(await mailedToken(server, root.operatorId, 'add_email_link'))).status).toBe(200);
      expect((await resend(root, as, emailId)).body.code).toBe('AUM0003');
    });

    it('has a bound for each address, 64 at one instant included, and the links of adding go on', async () => {
      const { root, as, emailId } = await unverified();
      const answers = await par(64, () => resend(root, as, emailId));
      expect(tally(answers)).toEqual({ '204': 3, '429 COM0429': 61 });
      expect((await sent(root)).length).toBe(4);
      const live = server.ctx.db.selectFrom('mail_tokens').selectAll().where('email_id', '=', emailId);
      expect((await live.where('voided_at', 'is', null).execute()).length).toBe(1);
      expect((await issue(as, `other-${root.email}`, root.password)).status).toBe(200);
      server.clock.now += 3_600_000;
      expect((await resend(root, as, emailId)).status).toBe(204);
    });

    it('answers alike for an unknown address and another operator’s; it is the root user’s alone', async () => {
      const { root, as, emailId } = await unverified();
      const other = await unverified();
      for (const id of ['none', other.emailId]) {
        const answer = await resend(root, as, id);
        expect([answer.status, answer.body.code]).toEqual([404, 'COM0404']);
      }
      expect((await resend(root, other.as, emailId)).status).toBe(404);
      const sam = await signInSam(server, await newSam(server, root, as, 'clerk', allow(['*'])));
      expect((await resend(root, sam, emailId)).body.code).toBe('AUM0016');
      expect((await sent(other.root)).length).toBe(1);
    });
  });
});
