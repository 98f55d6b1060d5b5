import { useText } from '../language.ts';

/** Whose account a dialog is about. */
export function AccountLine({ name }: { name: string }) {
  const { t } = useText();
  return (
    <p>
      <span className="quiet small">{t('stepUp.account')}</span>
      <br />
      <strong translate="no">{name}</strong>
    </p>
  );
}
