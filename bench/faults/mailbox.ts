import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';

export const stages = ['greeting', 'EHLO', 'MAIL', 'RCPT', 'DATA', 'the final dot'] as const;
type Stage = (typeof stages)[number];
export const kinds = ['3 s late', 'cut', 'refused for now', 'refused three times'] as const;
export type SmtpFault = { readonly stage: Stage; readonly kind: (typeof kinds)[number] };

/** A mail server whose answers go wrong. */
export type Mailbox = {
  readonly port: number;
  /** Happens to the next answer of its stage, in a new session, as often as it says; those after it are in order. */
  readonly next: (fault: SmtpFault) => void;
  /** Whether the fault is still to happen. */
  readonly isWaiting: () => boolean;
  /** How many whole mails an address got, also those whose answer it did not give. */
  readonly copies: ReadonlyMap<string, number>;
  readonly stop: () => void;
};

type State = { fault: SmtpFault | undefined; left: number; readonly copies: Map<string, number> };

/** @param port where it listens; 0 for any */
export async function openMailbox(port = 0): Promise<Mailbox> {
  const state: State = { fault: undefined, left: 0, copies: new Map() };
  const sockets = new Set<Socket>();
  const end = () => {
    for (const socket of sockets) socket.destroy();
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, state);
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    next: (fault) => {
      state.fault = fault;
      state.left = fault.kind === 'refused three times' ? 3 : 1;
      end();
    },
    isWaiting: () => state.left > 0,
    copies: state.copies,
    stop: () => {
      server.close();
      end();
    },
  };
}

function serve(socket: Socket, state: State): void {
  socket.on('error', () => {});
  let recipient = '';
  let isData = false;
  const faultAt = (stage: Stage) => {
    if (state.fault?.stage !== stage || state.left === 0) return undefined;
    state.left--;
    return state.fault.kind;
  };
  /** Whether it was the answer that is in order. */
  const answer = async (stage: Stage, text: string): Promise<boolean> => {
    const kind = faultAt(stage);
    const isTaken = kind === undefined || kind === '3 s late' || kind === 'cut';
    if (stage === 'the final dot' && isTaken) state.copies.set(recipient, (state.copies.get(recipient) ?? 0) + 1);
    if (kind === 'cut') socket.destroy();
    if (kind === '3 s late') await delay(3000);
    if (socket.destroyed) return false;
    socket.write(isTaken ? `${text}\r\n` : kind === 'refused for now' ? '451 not now\r\n' : '550 no\r\n');
    return isTaken;
  };
  const command = async (line: string) => {
    const [, address = ''] = /^RCPT TO:<(.*)>/i.exec(line) ?? [];
    if (/^(EHLO|HELO)/i.test(line)) await answer('EHLO', '250 bench');
    else if (/^MAIL/i.test(line)) await answer('MAIL', '250 ok');
    else if (/^RCPT/i.test(line)) {
      recipient = address;
      await answer('RCPT', '250 ok');
    } else if (/^DATA/i.test(line)) isData = await answer('DATA', '354 go on');
    else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
    else socket.write('250 ok\r\n');
  };
  createInterface(socket).on('line', (line) => {
    if (!isData) return void command(line);
    if (line !== '.') return;
    isData = false;
    void answer('the final dot', '250 taken');
  });
  void answer('greeting', '220 bench');
}
