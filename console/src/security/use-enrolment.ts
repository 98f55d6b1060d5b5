import { useState } from 'react';
import { asFailure, type Failure, gaveUp } from '../failure.ts';

/**
 * An enrolment that was begun: the secret lives here, in memory, and nowhere else. `ask` gets a new one, as an
 * `otpauth:` address.
 */
export function useEnrolment(ask: () => Promise<{ reply: { totpUri: string } }>) {
  const [setupUri, setSetupUri] = useState<string>();
  const [failure, setFailure] = useState<Failure>();
  const [busy, setBusy] = useState(false);

  /** Asks for a new secret; the one before, if any, is dead. True when there is one to show. */
  const begin = async (): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    setFailure(undefined);
    try {
      setSetupUri((await ask()).reply.totpUri);
      return true;
    } catch (error) {
      const problem = asFailure(error);
      if (problem.code !== gaveUp) setFailure(problem);
      return false;
    } finally {
      setBusy(false);
    }
  };

  return { setupUri, failure, busy, begin, forget: () => setSetupUri(undefined) };
}

export type Enrolment = ReturnType<typeof useEnrolment>;
