import type { Transporter } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyChain } from '../../src/audit/chain.ts';
import { limits } from '../../src/limits.ts';
import { createMailer, deliverMails } from '../../src/mail/deliver.ts';
import { openTransport } from '../../src/mail/smtp.ts';
import { engines, enqueue, linkMail, makeWorld, notice, outboxRows, start, type World } from './helper.ts';
import { allWaits, type Sink, type SinkOptions, startSilentServer, startSink } from './smtp.ts';

describe.each(engines)('delivery on %s', (engine) => {
  let world: World;
  let transport: Transporter | undefined;
  const sinks: Sink[] = [];
  beforeEach(async () => {
    world = await makeWorld(engine);
  });
  afterEach(async () => {
    transport?.close();
    for (const sink of sinks.splice(0)) await sink.close();
    await world.end();
  });

  const sinkWith = async (options: SinkOptions = {}) => {
    const sink = await startSink(options);
    sinks.push(sink);
    transport?.close();
    transport = openTransport(sink.url, allWaits(2000));
    return sink;
  };
  const deliver = () => {
    if (!transport) throw new Error('no transport');
    return deliverMails(world.ctx, transport);
  };
  const onlyRow = async () => {
    const [row] = await outboxRows(world.ctx);
    if (!row) throw new Error('the outbox is empty');
    return row;
  };

  it('sends a mail once, with the headers of an automatic mail', async () => {
    const sink = await sinkWith();
    await enqueue(world.ctx);
    const { message_id } = await onlyRow();
    expect(await deliver()).toEqual({ sent: 1, failed: 0, dropped: 0 });
    expect(await deliver()).toEqual({ sent: 0, failed: 0, dropped: 0 });

    const [mail] = sink.mails;
    expect(sink.mails).toHaveLength(1);
    expect(sink.recipients).toEqual([['root@example.com']]);
    expect(mail?.subject).toBe('[Warifu] 多要素認証が無効になりました');
    expect(mail?.from?.text).toBe('"Warifu" <warifu@localhost>');
    expect(mail?.messageId).toBe(message_id);
    expect(mail?.date?.getTime()).toBe(start);
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(mail?.headers.get('x-auto-response-suppress')).toBe('All');
    expect(mail?.headers.get('content-language')).toBe('ja');
    expect(mail?.headers.get('content-type')).toMatchObject({ value: 'multipart/alternative' });
    expect(mail?.text).toContain('ルートユーザーの多要素認証が無効になりました。');
    expect(mail?.html).toContain('<html lang="ja">');
    expect(await onlyRow()).toMatchObject({ sent_at: start, content: '', last_error: '', dropped_at: null });
  });

  it('encodes a Japanese sender name', async () => {
    await world.end();
    world = await makeWorld(engine, { WARIFU_MAIL_FROM: '割符 <no-reply@example.com>' });
    const sink = await sinkWith();
    await enqueue(world.ctx);
    await deliver();
    expect(sink.mails[0]?.from?.value).toEqual([{ address: 'no-reply@example.com', name: '割符' }]);
  });

  it('R77: waits for a server that is down, then sends with the same Message-ID', async () => {
    const port = Number(new URL((await sinkWith()).url).port);
    await sinks.pop()?.close();
    transport?.close();
    transport = openTransport(`smtp://127.0.0.1:${port}`, allWaits(2000));
    await enqueue(world.ctx);
    const before = await onlyRow();
    expect(await deliver()).toEqual({ sent: 0, failed: 1, dropped: 0 });
    const waiting = await onlyRow();
    expect(waiting).toMatchObject({
      attempts: 1,
      last_error: 'SERVER ESOCKET',
      content: before.content,
      sent_at: null,
    });
    expect(waiting.next_attempt_at - start).toBeGreaterThanOrEqual(limits.mail.firstRetry / 2);
    expect(waiting.next_attempt_at - start).toBeLessThanOrEqual(limits.mail.firstRetry);

    const sink = await sinkWith({ port });
    expect(await deliver()).toMatchObject({ sent: 0 });
    world.clock.now = waiting.next_attempt_at;
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(sink.mails[0]?.messageId).toBe(before.message_id);
  });

  it('backs off up to the longest wait, and stops knocking in a round', async () => {
    const silent = await startSilentServer();
    transport = openTransport(silent.url, allWaits(60));
    for (let i = 0; i < 12; i++) await enqueue(world.ctx, { recipient: `r${i}@example.com` });
    expect(await deliver()).toEqual({ sent: 0, failed: 5, dropped: 0 });
    expect((await outboxRows(world.ctx)).filter((row) => row.attempts > 0)).toHaveLength(5);
    await world.ctx.db.deleteFrom('outbox').where('attempts', '=', 0).execute();
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      const rows = await outboxRows(world.ctx);
      world.clock.now = Math.max(...rows.map((row) => row.next_attempt_at));
      await deliver();
      waits.push(((await outboxRows(world.ctx))[0]?.next_attempt_at ?? 0) - world.clock.now);
    }
    expect((await outboxRows(world.ctx))[0]?.last_error).toBe('SERVER ETIMEDOUT');
    expect(Math.max(...waits)).toBeLessThanOrEqual(limits.mail.longestRetry);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(limits.mail.longestRetry / 2);
    expect(waits[1]).toBeGreaterThan(waits[0] ?? 0);
    await silent.close();
  });

  it('sends what waited for a server as soon as another mail got through', async () => {
    const silent = await startSilentServer();
    transport = openTransport(silent.url, allWaits(60));
    await enqueue(world.ctx, { recipient: 'first@example.com' });
    await deliver();
    await silent.close();
    const sink = await sinkWith();
    await enqueue(world.ctx, { recipient: 'second@example.com' });
    expect(await deliver()).toEqual({ sent: 2, failed: 0, dropped: 0 });
    expect(sink.recipients).toEqual([['second@example.com'], ['first@example.com']]);
  });

  it('tries again after a temporary refusal', async () => {
    const sink = await sinkWith({ answers: [451] });
    await enqueue(world.ctx);
    expect(await deliver()).toEqual({ sent: 0, failed: 1, dropped: 0 });
    expect(await onlyRow()).toMatchObject({ attempts: 1, last_error: 'DEFERRED 451' });
    world.clock.now += limits.mail.firstRetry;
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(sink.mails).toHaveLength(1);
  });

  it('gives a mail up after three rejections in a row, and says so in the audit log', async () => {
    await sinkWith({ answers: [451, 451, 451, 451, 550, 550, 550] });
    await enqueue(world.ctx);
    const results = [];
    for (let i = 0; i < 7; i++) {
      results.push(await deliver());
      world.clock.now += limits.mail.longestRetry;
    }
    expect(results.map((result) => result.dropped)).toEqual([0, 0, 0, 0, 0, 0, 1]);
    expect(await onlyRow()).toMatchObject({ content: '', sent_at: null, last_error: 'REJECTED 550' });
    expect((await onlyRow()).dropped_at).not.toBeNull();
    const logged = world.lines.filter((line) => line.includes('"msg":"mail given up"'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/"level":40,.*"reason":"rejected","code":"REJECTED 550"/);
    expect(logged[0]).not.toContain('@');
    const audit = await world.ctx.db.selectFrom('audit_log').selectAll().execute();
    expect(audit).toHaveLength(1);
    expect(audit[0]).toMatchObject({ operator_id: 'OP0012345678', actor: 'system', api_kind: 'System:dropMail' });
    expect(audit[0]).toMatchObject({ outcome: 'failure', reason: 'rejected' });
    expect(await verifyChain(world.ctx.db, 'OP0012345678')).toBeUndefined();
    expect(await deliver()).toEqual({ sent: 0, failed: 0, dropped: 0 });
  });

  it('keeps mails when the login or the sender is refused', async () => {
    const login = { user: 'warifu', pass: 'p@ss:/wörd' };
    const sink = await sinkWith({ login });
    transport?.close();
    transport = openTransport(sink.url.replace('warifu:', 'warifu:wrong'), allWaits(2000));
    await enqueue(world.ctx);
    for (let i = 0; i < 5; i++) {
      await deliver();
      world.clock.now += limits.mail.longestRetry;
    }
    expect(await onlyRow()).toMatchObject({ attempts: 5, dropped_at: null, last_error: 'SERVER 535' });
    transport.close();
    transport = openTransport(sink.url, allWaits(2000));
    expect(await deliver()).toMatchObject({ sent: 1 });
  });

  it('R77: does not send a link that is about to die; a notice goes on', async () => {
    const sink = await sinkWith();
    const notAfter = start + 30 * 60_000;
    await enqueue(world.ctx, { facts: linkMail(), notAfter });
    await enqueue(world.ctx, { recipient: 'other@example.com', facts: notice(), notAfter });
    world.clock.now = notAfter - limits.mail.minLinkLife + 1;
    expect(await deliver()).toEqual({ sent: 1, failed: 0, dropped: 1 });
    expect(sink.recipients).toEqual([['other@example.com']]);
    const dropped = (await outboxRows(world.ctx)).find((row) => row.template === 'mfa_reset_link');
    expect(dropped).toMatchObject({ content: '', sent_at: null, dropped_at: world.clock.now });
    const audit = await world.ctx.db.selectFrom('audit_log').select(['reason', 'detail']).execute();
    expect(audit).toHaveLength(1);
    expect(audit[0]?.reason).toBe('expired');
    expect(JSON.parse(audit[0]?.detail ?? '')).toEqual({ template: 'mfa_reset_link', attempts: 0, lastError: '' });
  });

  it('sends a link that has just enough life left', async () => {
    await sinkWith();
    await enqueue(world.ctx, { facts: linkMail(), notAfter: start + limits.mail.minLinkLife });
    expect(await deliver()).toMatchObject({ sent: 1 });
  });

  it('drops a notice after its last day', async () => {
    await sinkWith();
    await enqueue(world.ctx);
    world.clock.now += limits.mail.maxAge + 1;
    expect(await deliver()).toEqual({ sent: 0, failed: 0, dropped: 1 });
  });

  it('keeps the order of mails to one recipient, also behind a mail that waits', async () => {
    const sink = await sinkWith({ answers: [451] });
    for (const event of ['mfa_enabled', 'backup_codes_renewed', 'mfa_disabled'] as const) {
      await enqueue(world.ctx, { language: 'en', facts: notice({ event }) });
      world.clock.now += 1;
    }
    await deliver();
    expect(sink.mails).toHaveLength(0);
    world.clock.now += limits.mail.firstRetry;
    await deliver();
    expect(sink.mails.map((mail) => mail.subject)).toEqual([
      '[Warifu] Multi-factor authentication was enabled',
      '[Warifu] New backup codes were generated',
      '[Warifu] Multi-factor authentication was disabled',
    ]);
  });

  it('R78: sends each of 50 mails exactly once from two servers at the same time', async () => {
    const sink = await sinkWith();
    for (let i = 0; i < 50; i++) await enqueue(world.ctx, { recipient: `r${i}@example.com` });
    const other = { ctx: world.otherServer(), transport: openTransport(sink.url, allWaits(2000)) };
    for (let round = 0; round < 3; round++) await Promise.all([deliver(), deliverMails(other.ctx, other.transport)]);
    other.transport.close();
    const ids = sink.mails.map((mail) => mail.messageId);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
    expect(sink.peak()).toBeLessThanOrEqual(2 * limits.mail.connections);
    const rows = await outboxRows(world.ctx);
    expect(rows.every((row) => row.sent_at !== null && row.content === '')).toBe(true);
  });

  it('takes over a mail whose server died, after its claim has passed', async () => {
    const sink = await sinkWith();
    await enqueue(world.ctx);
    await world.ctx.db
      .updateTable('outbox')
      .set({ claimed_until: start + limits.mail.claim })
      .execute();
    expect(await deliver()).toMatchObject({ sent: 0 });
    world.clock.now += limits.mail.claim;
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(sink.mails).toHaveLength(1);
  });

  it('writes no secret and no words of the mail server into last_error or the audit log', async () => {
    const login = { user: 'warifu', pass: 'CANARY-smtp-password' };
    const sink = await sinkWith({ login, answers: [550, 450, 550, 550, 550] });
    transport?.close();
    transport = openTransport(`${sink.url.replace('CANARY', 'CANARY-wrong')}?logger=true&debug=true`, allWaits(2000));
    await enqueue(world.ctx, { facts: linkMail(), notAfter: start + limits.day });
    const errors: string[] = [];
    for (let i = 0; i < 7; i++) {
      await deliver();
      errors.push((await onlyRow()).last_error);
      world.clock.now += limits.mail.longestRetry;
      if (i === 0) {
        transport.close();
        transport = openTransport(sink.url, allWaits(2000));
      }
    }
    for (const error of errors) expect(error).toMatch(/^(SERVER|DEFERRED|REJECTED) [A-Z0-9_]+$/);
    const audit = await world.ctx.db.selectFrom('audit_log').selectAll().execute();
    expect(audit).toHaveLength(1);
    for (const text of [JSON.stringify(audit), JSON.stringify(await onlyRow())]) {
      expect(text).not.toMatch(/CANARY|SECRET-TOKEN|no mail for/);
    }
  });

  it('takes a stored address as one recipient, whatever is in it', async () => {
    const sink = await sinkWith();
    await enqueue(world.ctx, { recipient: 'root@example.com, evil@example.net' });
    await enqueue(world.ctx, { recipient: 'root@example.com\r\nBcc: evil@example.net' });
    await deliver();
    expect(sink.recipients.flat().filter((address) => address.startsWith('evil'))).toEqual([]);
    for (const mail of sink.mails) expect(mail.headers.has('bcc')).toBe(false);
  });

  it('gives up a mail whose content cannot be opened', async () => {
    await sinkWith();
    await enqueue(world.ctx);
    await world.ctx.db.updateTable('outbox').set({ content: 'v1.x.y.z' }).execute();
    for (let i = 0; i < 3; i++) {
      await deliver();
      world.clock.now += limits.mail.longestRetry;
    }
    expect(await onlyRow()).toMatchObject({ content: '', last_error: 'REJECTED UNREADABLE' });
  });

  it('is driven by a mailer that runs one round at a time', async () => {
    const sink = await sinkWith();
    world.setSmtp(sink.url);
    const mailer = createMailer(world.ctx);
    await enqueue(world.ctx);
    const results = await Promise.all([mailer.deliver(), mailer.deliver()]);
    expect(results).toEqual([results[0], results[0]]);
    expect(sink.mails).toHaveLength(1);
    await mailer.close();
    expect(await mailer.deliver()).toEqual({ sent: 0, failed: 0, dropped: 0 });
  });

  it('leaves mails in the outbox when there is no SMTP server', async () => {
    const mailer = createMailer(world.ctx);
    await enqueue(world.ctx);
    expect(await mailer.deliver()).toEqual({ sent: 0, failed: 0, dropped: 0 });
    await mailer.close();
    expect(await onlyRow()).toMatchObject({ sent_at: null, attempts: 0 });
  });
});
