import { afterEach, describe, expect, it } from 'vitest';
import { openTransport } from '../../src/mail/smtp.ts';
import { allWaits, type Sink, startSink } from './smtp.ts';

/** The sink has no STARTTLS. By this name it counts as another machine, though the packets stay on this one. */
const elsewhere = '0.0.0.0';

describe('credentials of a mail server without TLS', () => {
  let sink: Sink | undefined;
  afterEach(() => sink?.close());

  const signIn = async (change: (url: string) => string) => {
    sink = await startSink({ login: { user: 'warifu', pass: 'secret' } });
    const transport = openTransport(change(sink.url), allWaits(2000));
    const outcome = await transport.verify().then(
      () => 'signed in',
      (error: { code: string }) => error.code,
    );
    transport.close();
    return outcome;
  };

  it.each(['', '?requireTLS=false', '?ignoreTLS=false', '?ignoreTLS=1', '?ignoreTLS', '?secure=false'])(
    'do not leave for another machine in clear, whatever the URL adds: "%s"',
    async (query) => {
      expect(await signIn((url) => url.replace('127.0.0.1', elsewhere) + query)).toBe('ETLS');
    },
  );

  it('leave when the URL says so, or for this machine', async () => {
    expect(await signIn((url) => `${url.replace('127.0.0.1', elsewhere)}?ignoreTLS=true`)).toBe('signed in');
    await sink?.close();
    expect(await signIn((url) => url)).toBe('signed in');
  });

  it('are not asked for TLS where there are none', async () => {
    expect(await signIn((url) => url.replace(/\/\/.*@127\.0\.0\.1/, `//${elsewhere}`))).toBe('signed in');
  });
});
