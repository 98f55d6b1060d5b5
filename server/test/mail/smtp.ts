import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser/index.js';
import { SMTPServer } from 'smtp-server/lib/smtp-server.js';

export type Sink = {
  readonly url: string;
  readonly mails: ParsedMail[];
  /** Addresses of each envelope. */
  readonly recipients: string[][];
  /** Most connections at one time. */
  readonly peak: () => number;
  readonly close: () => Promise<void>;
};

export type SinkOptions = {
  readonly port?: number;
  /** Answers to RCPT TO, one after the other; 250 once they are used up. */
  readonly answers?: number[];
  readonly login?: { readonly user: string; readonly pass: string };
  /** Called when a mail has come whole, before it is confirmed. */
  readonly beforeAnswer?: (recipient: string) => Promise<void>;
};

/** A mail server that keeps what it gets. */
export async function startSink({ port = 0, answers = [], login, beforeAnswer }: SinkOptions = {}): Promise<Sink> {
  const mails: ParsedMail[] = [];
  const recipients: string[][] = [];
  let open = 0;
  let peak = 0;
  const server = new SMTPServer({
    disabledCommands: login ? ['STARTTLS'] : ['STARTTLS', 'AUTH'],
    allowInsecureAuth: true,
    logger: false,
    onConnect: (_session, done) => {
      peak = Math.max(peak, ++open);
      done();
    },
    onClose: () => {
      open--;
    },
    onAuth: (auth, _session, done) => {
      const fits = auth.username === login?.user && auth.password === login?.pass;
      done(fits ? null : new Error(`no such user ${auth.username} ${auth.password}`), { user: 'x' });
    },
    onRcptTo: (address, _session, done) => {
      const answer = answers.shift() ?? 250;
      if (answer === 250) return done();
      done(Object.assign(new Error(`no mail for ${address.address}`), { responseCode: answer }));
    },
    onData: (stream, session, done) => {
      recipients.push(session.envelope.rcptTo.map((to) => to.address));
      simpleParser(stream)
        .then((mail) => mails.push(mail))
        .then(() => beforeAnswer?.(session.envelope.rcptTo[0]?.address ?? ''))
        .then(() => done(), done);
    },
  });
  server.on('error', () => {});
  server.listen(port, '127.0.0.1');
  await once(server.server, 'listening');
  const credentials = login ? `${encodeURIComponent(login.user)}:${encodeURIComponent(login.pass)}@` : '';
  return {
    url: `smtp://${credentials}127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    mails,
    recipients,
    peak: () => peak,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

/** A server that takes connections and never says a word. */
export async function startSilentServer(): Promise<{ url: string; close: () => Promise<void> }> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => {}));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same time for each step. */
export function allWaits(milliseconds: number) {
  return { connect: milliseconds, greeting: milliseconds, answer: milliseconds, whole: 10 * milliseconds };
}
