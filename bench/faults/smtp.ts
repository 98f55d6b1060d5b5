import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { Finding } from './finding.ts';
import { createOperator, startTarget } from './target.ts';

const stages = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'the final dot'] as const;
type Stage = (typeof stages)[number];
const kinds = ['3 s late', 'cut', 'refused for now', 'refused'] as const;
type Fault = { readonly stage: Stage; readonly kind: (typeof kinds)[number] };

type Mailbox = {
  readonly port: number;
  /** Happens to the next session, and then no more; those that are open end before. */
  readonly next: (fault: Fault) => void;
  /** How many whole mails an address got, also those whose answer it did not give. */
  readonly copies: Map<string, number>;
  readonly stop: () => void;
};

/** Every answer of a mail server: late, not at all, or a refusal. The next session is in order again. */
export async function trySmtp(rounds: number): Promise<Finding[]> {
  const mailbox = await openMailbox();
  const env = { WARIFU_SMTP_URL: `smtp://127.0.0.1:${mailbox.port}`, WARIFU_MAIL_FROM: 'bench@example.com' };
  const target = await startTarget({ env });
  try {
    const findings: Finding[] = [];
    for (const kind of kinds) {
      console.error(`  ${kind} …`);
      const seen: string[] = [];
      const lost: string[] = [];
      for (const stage of stages) {
        for (let round = 0; round < rounds; round++) {
          const email = `${stage}.${kind}.${round}@example.com`.replaceAll(' ', '-');
          mailbox.next({ stage, kind });
          await createOperator(target.env, email);
          const seconds = await untilIn(mailbox, email);
          await delay(1000);
          const copies = mailbox.copies.get(email) ?? 0;
          const isFinal = kind === 'refused' && copies === 0;
          if (copies === 0 && !isFinal) lost.push(`${stage}: no mail after ${seconds} s`);
          seen.push(`${stage} ${copies}${copies === 0 ? '' : ` after ${seconds} s`}`);
        }
      }
      const rows = { rounds: seen.length, acknowledged: seen.length, longestGap: undefined, slowest: undefined };
      findings.push({ fault: `answer ${kind}`, ...rows, lost, note: `copies: ${seen.join(', ')}` });
    }
    return findings;
  } finally {
    await target.stop();
    mailbox.stop();
  }
}

async function untilIn({ copies }: Mailbox, email: string): Promise<string> {
  const begun = performance.now();
  while (!copies.has(email) && performance.now() - begun < 90_000) await delay(100);
  return ((performance.now() - begun) / 1000).toFixed(0);
}

async function openMailbox(): Promise<Mailbox> {
  const copies = new Map<string, number>();
  const sockets = new Set<Socket>();
  let waiting: Fault | undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, waiting, copies);
    waiting = undefined;
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    next: (fault) => {
      waiting = fault;
      for (const socket of sockets) socket.destroy();
    },
    copies,
    stop: () => server.close(),
  };
}

function serve(socket: Socket, fault: Fault | undefined, copies: Map<string, number>): void {
  socket.on('error', () => {});
  let recipient = '';
  let isData = false;
  const answer = async (stage: Stage, text: string) => {
    if (fault?.stage === stage) {
      if (fault.kind === 'cut') return void socket.destroy();
      if (fault.kind === '3 s late') await delay(3000);
      else return void socket.write(fault.kind === 'refused' ? '550 no\r\n' : '451 not now\r\n');
    }
    if (!socket.destroyed) socket.write(`${text}\r\n`);
  };
  const command = (line: string) => {
    const [, address = ''] = /^RCPT TO:<(.*)>/i.exec(line) ?? [];
    if (/^(EHLO|HELO)/i.test(line)) return answer('EHLO', '250 bench');
    if (/^MAIL/i.test(line)) return answer('MAIL', '250 ok');
    if (/^RCPT/i.test(line)) {
      recipient = address;
      return answer('RCPT', '250 ok');
    }
    if (/^DATA/i.test(line)) {
      isData = fault?.stage !== 'DATA' || fault.kind === '3 s late';
      return answer('DATA', '354 go on');
    }
    if (/^QUIT/i.test(line)) return void socket.end('221 bye\r\n');
    return void socket.write('250 ok\r\n');
  };
  createInterface(socket).on('line', (line) => {
    if (!isData) return void command(line);
    if (line !== '.') return;
    isData = false;
    const isRefused = fault?.stage === 'the final dot' && fault.kind.startsWith('refused');
    if (!isRefused) copies.set(recipient, (copies.get(recipient) ?? 0) + 1);
    void answer('the final dot', '250 taken');
  });
  void answer('greeting', '220 bench');
}
