import { Button } from '@mantine/core';
import type { FactorKind } from '@warifu/contract';
import { useState } from 'react';
import { useText } from '../language.ts';

type Choice = {
  readonly kind: FactorKind;
  /** Whether the person has the other one, too. */
  readonly both: boolean;
  readonly take: (kind: FactorKind) => void;
};

/** Which kind of factor a form asks for. A passkey is asked for when the form is sent, by a dialog of the browser. */
export function useFactor(kinds: readonly FactorKind[]): Choice {
  const hasApp = kinds.includes('authenticator_app');
  const [wanted, take] = useState<FactorKind>();
  const kind = wanted ?? (hasApp || kinds.length === 0 ? 'authenticator_app' : 'passkey');
  return { kind, both: hasApp && kinds.includes('passkey'), take };
}

/** The button that takes the other kind of factor; nothing for who has one kind. */
export function OtherFactor({ choice: { kind, both, take } }: { choice: Choice }) {
  const { t } = useText();
  if (!both) return null;
  const byPasskey = kind === 'passkey';
  return (
    <Button type="button" variant="subtle" onClick={() => take(byPasskey ? 'authenticator_app' : 'passkey')}>
      {t(byPasskey ? 'passkey.useCode' : 'passkey.use')}
    </Button>
  );
}
