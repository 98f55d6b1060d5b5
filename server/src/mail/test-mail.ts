import type { Language } from '@warifu/contract';
import type { Context } from '../context.ts';
import { newId } from '../crypto/tokens.ts';
import { limits } from '../limits.ts';
import type { TestMail } from './facts.ts';
import { messageIdOf } from './outbox.ts';
import { type Fault, openTransport, send } from './smtp.ts';

export type NewTestMail = { readonly recipient: string; readonly language: Language; readonly facts: TestMail };

/**
 * Hands a mail to the mail server on a connection of its own, so that the sign-in at it is tried too. It goes past the
 * queue and is not repeated: whoever asked is waiting for the answer.
 * @returns what went wrong; undefined when the mail server took it
 */
export async function sendAtOnce(ctx: Context, smtpUrl: string, mail: NewTestMail): Promise<Fault | undefined> {
  const { recipient, language, facts } = mail;
  const transport = openTransport(smtpUrl, limits.mail.testWaits);
  try {
    const message = { recipient, messageId: messageIdOf(ctx, newId()), date: facts.at };
    return await send(ctx, transport, { ...message, content: () => ({ language, facts }) });
  } finally {
    transport.close();
  }
}
