import type { CDPSession } from 'playwright-core';
import type { Tab } from './browser.ts';

/** Chromium's virtual device: its PIN was entered, and it answers what it is asked from when it is `present`. */
export async function addDevice({ page }: Tab) {
  const cdp: CDPSession = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable', { enableUI: false });
  const add = async () => {
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: false,
      },
    });
    return authenticatorId;
  };
  const id = await add();
  const present = (enabled: boolean) =>
    cdp.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: id, enabled });
  return {
    present,
    credentials: async () => (await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })).credentials.length,
    /** Takes the passkey out of the device, so that another one can be made for the same account. */
    empty: () => cdp.send('WebAuthn.clearCredentials', { authenticatorId: id }),
  };
}
