// The little of these two packages that the tests use; they come without types.

declare module 'smtp-server' {
  import type { EventEmitter } from 'node:events';
  import type { Server } from 'node:net';
  import type { Readable } from 'node:stream';

  export type SMTPServerSession = {
    envelope: { mailFrom: { address: string } | false; rcptTo: { address: string }[] };
  };
  export type SMTPServerOptions = {
    authOptional?: boolean;
    disabledCommands?: string[];
    logger?: boolean;
    onData?: (stream: Readable, session: SMTPServerSession, done: (error?: Error) => void) => void;
  };
  export class SMTPServer extends EventEmitter {
    constructor(options: SMTPServerOptions);
    server: Server;
    listen(port: number, host: string, listening: () => void): Server;
    close(closed: () => void): void;
  }
}

declare module 'mailparser' {
  import type { Readable } from 'node:stream';

  export type ParsedMail = {
    subject?: string;
    text?: string;
    html?: string | false;
    from?: { text: string };
    to?: { text: string };
    headers: Map<string, unknown>;
  };
  export function simpleParser(source: Readable | Buffer | string): Promise<ParsedMail>;
}
