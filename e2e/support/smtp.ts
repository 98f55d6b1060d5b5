import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { until } from './until.ts';

export type Mail = {
  to: string[];
  subject: string;
  text: string;
  html: string;
  /** The message as it travelled. */
  raw: string;
};

export type Smtp = {
  readonly url: string;
  /** Every mail that came, oldest first. */
  readonly mails: Mail[];
  /** The next mail for which `matches` holds, among those from `since` on. */
  waitFor: (matches: (mail: Mail) => boolean, since?: number) => Promise<Mail>;
  /** Refuses connections until `start`; the port stays ours. */
  stop: () => Promise<void>;
  start: () => Promise<void>;
};

/** A real SMTP server on the loopback address that keeps what it receives. */
export async function startSmtp(): Promise<Smtp> {
  const mails: Mail[] = [];
  let running = await listen(0, mails);
  const { port } = running;
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    waitFor: (matches, since = 0) => until(() => mails.slice(since).find(matches), 'the mail'),
    stop: () => running.close(),
    start: async () => {
      running = await listen(port, mails);
    },
  };
}

type Running = { port: number; close: () => Promise<void> };

function listen(port: number, mails: Mail[]): Promise<Running> {
  const sockets = new Set<Socket>();
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    onData: (stream, session, done) => {
      const to = session.envelope.rcptTo.map((recipient) => recipient.address);
      receive(stream, to).then((mail) => {
        mails.push(mail);
        done();
      }, done);
    },
  });
  // A client that goes away in the middle is part of the tests.
  server.on('error', () => undefined);
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const close = () =>
    new Promise<void>((closed) => {
      server.close(closed);
      for (const socket of sockets) socket.destroy();
    });
  return new Promise((resolve, reject) => {
    server.server.once('error', reject);
    const listening = server.listen(port, '127.0.0.1', () =>
      resolve({ port: (listening.address() as AddressInfo).port, close }),
    );
  });
}

async function receive(stream: NodeJS.ReadableStream, to: string[]): Promise<Mail> {
  const raw = await buffer(stream);
  const parsed: ParsedMail = await simpleParser(raw);
  return {
    to,
    subject: parsed.subject ?? '',
    text: parsed.text ?? '',
    html: parsed.html || '',
    raw: raw.toString('latin1'),
  };
}
