import '../locales/later.ts';
import { TextInput } from '@mantine/core';
import { switchConsoleUser } from '@warifu/contract';
import { call } from '../api.ts';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { Notice } from '../look/notice.tsx';
import { useSession } from '../session/session.ts';

/** Going on as a SAM user that lets this one in, without its password. */
export function SwitchPage() {
  const { t } = useText();
  const { switchedFrom } = useSession();
  return (
    <Page title={t('switch.title')} lead={t('switch.lead')}>
      <Card>
        {switchedFrom ? (
          <Notice tone="info">
            <p>{t('switch.already')}</p>
          </Notice>
        ) : (
          <SwitchForm />
        )}
      </Card>
    </Page>
  );
}

function SwitchForm() {
  const { t } = useText();
  const { operatorId } = useSession();
  const { field, busy, frame } = useSubmit({
    initial: { operator: operatorId, user: '' },
    check: { operator: filled(t, t('field.operatorId')), user: filled(t, t('field.userName')) },
    send: async ({ operator, user }) => {
      await call(switchConsoleUser, { operatorId: operator.trim(), userName: user.trim() });
      // Nothing that was read as somebody else may stay.
      location.assign('/');
    },
  });
  return (
    <FormFrame state={frame}>
      <div style={{ maxWidth: '26rem' }} className="stack">
        <TextInput
          {...field('operator')}
          label={t('field.operatorId')}
          translate="no"
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
        />
        <TextInput
          {...field('user')}
          label={t('field.userName')}
          translate="no"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          autoFocus
        />
      </div>
      <p className="quiet small">{t('switch.ends')}</p>
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('switch.submit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
