import { TextInput } from '@mantine/core';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { tokenInPaste } from './link-text.ts';
import { giveLinkToken } from './link-token.ts';

/** For links that arrive without their last part, because a mail gateway dropped it. */
export function PasteLink() {
  const { t } = useText();
  const { field, busy, frame } = useSubmit({
    initial: { link: '' },
    check: { link: (value) => (tokenInPaste(value) ? null : t('resetVerify.pasteForm')) },
    send: async ({ link }) => giveLinkToken(tokenInPaste(link) ?? ''),
  });
  return (
    <FormFrame state={frame}>
      <TextInput
        {...field('link')}
        label={t('resetVerify.paste')}
        description={t('resetVerify.pasteHint')}
        autoComplete="off"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
      />
      <SubmitButton busy={busy} busyText={t('action.working')} fullWidth>
        {t('resetVerify.pasteSubmit')}
      </SubmitButton>
    </FormFrame>
  );
}
