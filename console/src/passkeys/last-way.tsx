import { Checkbox } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { asFailure } from '../failure.ts';
import { useText } from '../language.ts';

/** Asks once more, with a box to tick, after the server said that the last way back would be lost. */
export function useLastWay() {
  const { t } = useText();
  const [asked, setAsked] = useState(false);
  const [confirmed, setConfirmed] = useState(false);
  const box: ReactNode = asked && (
    <Checkbox
      label={t('passkeys.lastWay')}
      checked={confirmed}
      onChange={({ currentTarget }) => setConfirmed(currentTarget.checked)}
    />
  );
  const forget = () => {
    setAsked(false);
    setConfirmed(false);
  };
  const ask = async <T,>(send: (confirmNoWayBack: boolean) => Promise<T>): Promise<T> => {
    try {
      return await send(confirmed);
    } catch (error) {
      if (asFailure(error).code === 'MFA0037') setAsked(true);
      throw error;
    }
  };
  return { box, ask, forget };
}
