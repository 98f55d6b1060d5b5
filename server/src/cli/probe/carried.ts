import { hashSecret, newSecret } from '../../crypto/tokens.ts';
import { stateCookie } from '../../gate/forward/cookies.ts';
import { type Finding, type Probe, type Report, toldSignIn, tryOut } from './probe.ts';
import { browser } from './without-credentials.ts';

/** Either alone tells of a page at another host that sends a request. */
const elsewhere = [
  ['Origin', 'https://probe.invalid'],
  ['Sec-Fetch-Site', 'same-site'],
] as const;

/** Whether Warifu gets what a browser says of where a request comes from, and its cookies. */
export async function checkCarried(probe: Probe): Promise<Report> {
  const findings = await checkCookie(probe);
  // Only where it is known what reaches the app: a POST may change something there.
  const method = probe.receiver ? 'POST' : 'OPTIONS';
  const { status } = await tryOut(probe, { method });
  if (status !== 401) {
    const untried = `whether pages of other hosts are refused: ${method} gets ${status || 'no answer'} instead of 401`;
    return { findings, untried: [untried] };
  }
  for (const [header, value] of elsewhere) {
    const tried = await tryOut(probe, { method, headers: [[header, value]] });
    if (tried.status === 403) continue;
    const found = `A page of another host can act as who is signed in: Warifu does not get ${header} (${method} with ${value}).`;
    findings.push({ guards: ['carried'], header, found });
  }
  return { findings, untried: [] };
}

/** A browser that has begun to sign in goes on with the secret of its cookie. */
async function checkCookie(probe: Probe): Promise<Finding[]> {
  const secret = newSecret();
  const [cookie = ''] = stateCookie(probe.url, secret).split(';');
  const told = toldSignIn(probe, await tryOut(probe, { headers: [browser, ['Cookie', cookie]] }));
  // That nothing leads to the sign-in page is found already.
  if (told === undefined || told.get('state') === hashSecret(secret)) return [];
  const found = 'Warifu does not get the cookies of a browser, so nobody comes back signed in.';
  return [{ guards: ['carried'], header: 'Cookie', found }];
}
