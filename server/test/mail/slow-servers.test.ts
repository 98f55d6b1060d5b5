import type { Transporter } from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { limits } from '../../src/limits.ts';
import { createMailer, deliverMails } from '../../src/mail/deliver.ts';
import { openTransport } from '../../src/mail/smtp.ts';
import { engines, enqueue, linkMail, makeWorld, notice, outboxRows, start, type World } from './helper.ts';
import { allWaits, type Sink, type SinkOptions, startSilentServer, startSink } from './smtp.ts';

describe.each(engines)('mail servers that take their time on %s', (engine) => {
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

  it('waits for an answer that takes its time, and lets links by meanwhile', async () => {
    const held = new Gate();
    const sink = await sinkWith({ beforeAnswer: (to) => (to.startsWith('slow') ? held.opened : Promise.resolve()) });
    transport?.close();
    transport = openTransport(sink.url);
    // As many as have room, and two behind them.
    for (let i = 0; i < limits.mail.parallel + 2; i++) await enqueue(world.ctx, { recipient: `slow${i}@example.com` });
    const delivery = deliver();
    await until(() => sink.mails.length >= limits.mail.parallel);
    await enqueue(world.ctx, { recipient: 'quick@example.com', facts: linkMail(), notAfter: start + 30 * 60_000 });
    await until(() => sink.recipients.flat().includes('quick@example.com'));
    expect(sink.recipients.flat().filter((to) => to.startsWith('slow'))).toHaveLength(limits.mail.parallel);
    held.open();
    expect(await delivery).toEqual({ sent: limits.mail.parallel + 3, failed: 0, dropped: 0 });
    expect(new Set(sink.mails.map(({ messageId }) => messageId)).size).toBe(sink.mails.length);
  });

  it('sends a link first, and to whom an earlier notice still waits', async () => {
    const sink = await sinkWith({ answers: [451] });
    await enqueue(world.ctx);
    await deliver();
    world.clock.now += 1;
    await enqueue(world.ctx, { recipient: 'other@example.com' });
    await enqueue(world.ctx, { facts: linkMail(), notAfter: start + 30 * 60_000 });
    expect(await deliver()).toMatchObject({ sent: 2 });
    expect(sink.recipients.flat().toSorted()).toEqual(['other@example.com', 'root@example.com']);
    expect((await outboxRows(world.ctx)).filter(({ sent_at }) => sent_at === null)).toMatchObject([
      { last_error: 'DEFERRED 451' },
    ]);
  });

  it('does not soon repeat a mail that was handed over whole, and holds nothing up for it', async () => {
    const never = new Gate();
    const sink = await sinkWith({ beforeAnswer: () => never.opened });
    transport?.close();
    transport = openTransport(sink.url, { ...allWaits(60_000), answer: 1500 });
    await enqueue(world.ctx);
    expect(await deliver()).toEqual({ sent: 0, failed: 1, dropped: 0 });
    expect(await onlyRow()).toMatchObject({ attempts: 1, last_error: 'UNANSWERED ETIMEDOUT' });
    world.clock.now += limits.mail.unanswered - 1000;
    expect(await deliver()).toEqual({ sent: 0, failed: 0, dropped: 0 });
    expect(sink.mails).toHaveLength(1);
    never.open();
    await enqueue(world.ctx, { facts: notice({ event: 'mfa_enabled' }) });
    expect(await deliver()).toMatchObject({ sent: 1 });
    world.clock.now += 1000;
    expect(await deliver()).toMatchObject({ sent: 1 });
    expect(sink.mails[2]?.messageId).toBe(sink.mails[0]?.messageId);
  });

  it('gives up at a stop what was handed over, and does not send it again at once', async () => {
    const held = new Gate();
    const sink = await sinkWith({ beforeAnswer: () => held.opened });
    world.setSmtp(sink.url);
    const mailer = createMailer(world.ctx);
    await enqueue(world.ctx);
    const delivery = mailer.deliver();
    await until(() => sink.mails.length === 1);
    await mailer.close();
    expect(await delivery).toMatchObject({ failed: 1 });
    expect(await onlyRow()).toMatchObject({ last_error: 'UNANSWERED EABORT', claimed_until: 0 });
    held.open();
  });

  it('gives back at a stop what the mail server has not begun to take', async () => {
    const silent = await startSilentServer();
    world.setSmtp(silent.url);
    const mailer = createMailer(world.ctx);
    await enqueue(world.ctx);
    const delivery = mailer.deliver();
    await until(async () => (await onlyRow()).claimed_until > 0);
    await mailer.close();
    await delivery;
    expect(await onlyRow()).toMatchObject({ attempts: 0, last_error: '', claimed_until: 0, next_attempt_at: start });
    await silent.close();
  });
});

/** What waits for it goes on when it is opened. */
class Gate {
  readonly opened: Promise<void>;
  open = () => {};
  constructor() {
    this.opened = new Promise((resolve) => {
      this.open = resolve;
    });
  }
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 30_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('waited too long');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
