import '../locales/later.ts';
import { Checkbox, Skeleton, TextInput } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { getSettings, type ReplyOf, updateSettings } from '@warifu/contract';
import { useState } from 'react';
import { announce } from '../announce.tsx';
import { call } from '../api.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card, Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { focusPageTitle } from '../look/focus.ts';
import { Preview } from '../mfa-required/preview.tsx';
import css from '../mfa-required/requirement-card.module.css';
import { requirementsKey } from '../mfa-required/requirements.ts';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { RootOnly } from '../permissions/no-permission.tsx';
import { read } from '../permissions/use-refusal.ts';
import { useSession } from '../session/session.ts';
import { fromLocal, toLocal } from '../time.ts';
import { ServerCards } from './server-card.tsx';

type Settings = ReplyOf<typeof getSettings>;
type Switch = Exclude<keyof Settings, `${string}From`>;
type Dated = Extract<Switch, `mfaRequired${string}`>;
const dated: readonly Dated[] = ['mfaRequiredForRoot', 'mfaRequiredForSamUsers'];
const settingsKey = ['settings'];

/** What holds for every user of the operator; to change by the root user only. */
export function SettingsPage() {
  const { t } = useText();
  const { isRoot } = useSession();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: settingsKey,
    queryFn: async ({ client }) => (await read(client, getSettings, {})).reply,
  });
  return (
    <Page title={t('settings.title')} lead={t('settings.lead')}>
      {isPending && <Skeleton height={300} radius={10} />}
      {error && <FailureNotice error={error} onRetry={refetch} />}
      {data && <SettingsForm key={JSON.stringify(data)} saved={data} />}
      {isRoot && (
        <Card title={t('catalogues.title')}>
          <p>{t('catalogues.about')}</p>
          <p>
            <Link to="/settings/catalogues">{t('catalogues.open')}</Link>
          </p>
        </Card>
      )}
      {isRoot && <ServerCards />}
    </Page>
  );
}

function SettingsForm({ saved }: { saved: Settings }) {
  const { t } = useText();
  const { operatorId, isRoot, serverTime } = useSession();
  const queries = useQueryClient();
  const [wanted, setWanted] = useState(saved);
  // SECURITY: half a date is none, and must not lock everybody out at once.
  const checkDate = (name: Dated) => (typed: string) =>
    wanted[name] && fromLocal(typed) === undefined ? t('mfaRequired.fieldEmpty') : null;
  const { field, busy, frame } = useSubmit({
    initial: {
      mfaRequiredForRoot: toLocal(saved.mfaRequiredForRootFrom ?? serverTime),
      mfaRequiredForSamUsers: toLocal(saved.mfaRequiredForSamUsersFrom ?? serverTime),
    },
    check: {
      mfaRequiredForRoot: checkDate('mfaRequiredForRoot'),
      mfaRequiredForSamUsers: checkDate('mfaRequiredForSamUsers'),
    },
    send: async (typed) => {
      const next = { ...wanted, ...datesIn(typed, { wanted, saved }) };
      if (isSame(next, saved)) return announce(t('settings.unchanged'));
      await call(updateSettings, { operator_id: operatorId, ...next });
      // The banner says from when on MFA is required, and the rehearsal by which rule.
      for (const queryKey of [settingsKey, requirementsKey, ['session']]) await queries.invalidateQueries({ queryKey });
      showOutcome('settings.saved');
      focusPageTitle();
    },
  });
  const box = (name: Switch) => ({
    size: 'md' as const,
    label: t(`settings.${name}`),
    description: t(`settings.${name}Hint`),
    checked: wanted[name],
    disabled: !isRoot,
    onChange: () => setWanted((now) => ({ ...now, [name]: !now[name] })),
  });
  const date = (name: Dated) => ({
    ...field(name),
    type: 'datetime-local',
    size: 'md' as const,
    className: css.date,
    label: t(`settings.${name}From`),
    description: t('mfaRequired.fieldHint'),
    disabled: !isRoot,
  });
  return (
    <FormFrame state={frame}>
      <Card title={t('settings.mfaTitle')}>
        <Checkbox {...box('mfaRequiredForRoot')} />
        {wanted.mfaRequiredForRoot && <TextInput {...date('mfaRequiredForRoot')} />}
        <Checkbox {...box('mfaRequiredForSamUsers')} />
        {wanted.mfaRequiredForSamUsers && <TextInput {...date('mfaRequiredForSamUsers')} />}
        <Preview rule="sam_users" />
      </Card>
      <Card title={t('settings.guardTitle')}>
        <Checkbox {...box('escalationGuard')} />
      </Card>
      <Card title={t('settings.resetTitle')}>
        <Checkbox {...box('secondPersonForResets')} />
        <Checkbox {...box('quarantineAfterReset')} />
      </Card>
      {isRoot ? (
        <div>
          <SubmitButton busy={busy} busyText={t('action.working')}>
            {t('settings.submit')}
          </SubmitButton>
        </div>
      ) : (
        <RootOnly />
      )}
    </FormFrame>
  );
}

type Forms = { wanted: Settings; saved: Settings };

/** The dates of the switches that are on. A field has no seconds, so one that nobody changed stays as it was saved. */
function datesIn(typed: Record<Dated, string>, { wanted, saved }: Forms): Partial<Settings> {
  const dates = dated.map((name) => {
    const kept = saved[`${name}From`];
    const at = kept !== undefined && typed[name] === toLocal(kept) ? kept : fromLocal(typed[name]);
    return [`${name}From`, wanted[name] ? at : undefined] as const;
  });
  return Object.fromEntries(dates);
}

function isSame(next: Settings, saved: Settings): boolean {
  const names = Object.keys({ ...next, ...saved }) as (keyof Settings)[];
  return names.every((name) => next[name] === saved[name]);
}
