import { Skeleton, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { updateRoleMFARequirement, updateUserMFARequirement } from '@warifu/contract';
import { type ComponentProps, type ReactNode, useState } from 'react';
import { call } from '../api.ts';
import { asFailure } from '../failure.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { Card } from '../frame/page.tsx';
import { named, useText } from '../language.ts';
import { ConfirmDialog } from '../look/confirm-dialog.tsx';
import { Facts, Moment } from '../look/facts.tsx';
import { focusPageTitle } from '../look/focus.ts';
import { Words } from '../look/name.tsx';
import { StatusWord } from '../look/status-word.tsx';
import { showOutcome } from '../outcome.tsx';
import { FailureNotice } from '../permissions/failure-notice.tsx';
import { GuardedButton } from '../permissions/guarded-button.tsx';
import { useSession } from '../session/session.ts';
import { exactTime, fromLocal, toLocal } from '../time.ts';
import { Preview } from './preview.tsx';
import css from './requirement-card.module.css';
import { type Requirement, requirementsKey, ruleWords, useRequirements } from './requirements.ts';

type RequirementCardProps = {
  /** The rule that the card sets. */
  rule: 'role' | 'user';
  /** ID of the role, or name of the user. */
  name: string;
  /** Roles of the user, whose rules concern it too. */
  roleIds?: readonly string[];
};

/** From when on MFA is required of a user, or of everybody with a role. */
export function RequirementCard({ rule, name, roleIds = [] }: RequirementCardProps) {
  const { t } = useText();
  const { serverTime, userName } = useSession();
  const { data, error, isPending } = useRequirements();
  const set = data?.find((one) => one.rule === rule && one.name === name);
  // Nobody has to be told of its own page what only others may see; the banner tells it what binds it.
  if (error && userName === name && asFailure(error).status === 403) return null;
  const others = rule === 'user' ? data?.filter((one) => isAlso(one, roleIds)) : [];
  const lead = t(rule === 'user' ? 'mfaRequired.leadUser' : 'mfaRequired.leadRole', { name: named(name) });
  return (
    <Card
      id="mfa-required"
      title={t('mfaRequired.title')}
      aside={data && <StateWord requirement={set} now={serverTime} />}
    >
      <p className="quiet">
        <Words>{lead}</Words>
      </p>
      {isPending && <Skeleton height={80} />}
      {error && <FailureNotice error={error} {...(rule === 'user' && { userName: name })} />}
      {data && <State requirement={set} others={others ?? []} />}
      {data && <RequirementForm key={set?.from ?? 'none'} rule={rule} name={name} saved={set?.from} />}
      <Preview rule={rule} name={name} />
    </Card>
  );
}

function isAlso({ rule, name = '' }: Requirement, roleIds: readonly string[]): boolean {
  return rule === 'sam_users' || (rule === 'role' && roleIds.includes(name));
}

function StateWord({ requirement, now }: { requirement: Requirement | undefined; now: number }) {
  const { t } = useText();
  if (!requirement) return <StatusWord kind="off">{t('mfaRequired.off')}</StatusWord>;
  return requirement.from <= now ? (
    <StatusWord kind="well">{t('mfaRequired.on')}</StatusWord>
  ) : (
    <StatusWord kind="wait">{t('mfaRequired.planned')}</StatusWord>
  );
}

type StateProps = { requirement: Requirement | undefined; others: readonly Requirement[] };

function State({ requirement, others }: StateProps) {
  const { t } = useText();
  const facts: (readonly [string, ReactNode])[] = [];
  if (requirement) facts.push([t('mfaRequired.date'), <Moment key="date" at={requirement.from} />]);
  if (others.length > 0) {
    const list = others.map((one) => (
      <li key={`${one.rule} ${one.name ?? ''}`}>
        <Words>{t('mfaRequired.otherRule', { rule: ruleWords(t, one), at: exactTime(one.from) })}</Words>
      </li>
    ));
    facts.push([t('mfaRequired.others'), <ul key="others">{list}</ul>]);
  }
  return (
    <>
      {facts.length > 0 && <Facts facts={facts} />}
      {others.length > 0 && <p className="quiet small">{t('mfaRequired.othersHint')}</p>}
    </>
  );
}

const week = 7 * 86_400_000;
const hour = 3_600_000;

type RequirementFormProps = { rule: 'role' | 'user'; name: string; saved: number | undefined };

function RequirementForm({ rule, name, saved }: RequirementFormProps) {
  const { t } = useText();
  const { userName, serverTime } = useSession();
  const own = userName === name && rule === 'user' && saved !== undefined;
  const require = useRequire(rule, name);
  const guarded: Guarded =
    rule === 'user'
      ? { endpoint: updateUserMFARequirement, userName: name }
      : { endpoint: updateRoleMFARequirement, roleId: name };
  const { field, busy, frame } = useSubmit({
    // A week is time enough to read of it.
    initial: { from: toLocal(saved ?? Math.ceil((serverTime + week) / hour) * hour) },
    check: { from: (typed) => (fromLocal(typed) === undefined ? t('mfaRequired.fieldEmpty') : null) },
    send: async ({ from }) => await require(fromLocal(from)),
  });
  const date = field('from');
  return (
    <FormFrame state={frame}>
      <TextInput
        {...date}
        type="datetime-local"
        label={t('mfaRequired.field')}
        description={t('mfaRequired.fieldHint')}
        size="md"
        className={css.date}
      />
      {own && <p className="quiet small">{t('mfaRequired.own')}</p>}
      <div className="row">
        <GuardedButton
          {...guarded}
          variant={saved === undefined ? 'filled' : 'default'}
          busy={busy}
          onClick={() => document.getElementById(date.id)?.closest('form')?.requestSubmit()}
        >
          {t(saved === undefined ? 'mfaRequired.set' : 'mfaRequired.move')}
        </GuardedButton>
        {saved !== undefined && !own && <End guarded={guarded} end={async () => await require(undefined)} />}
      </div>
    </FormFrame>
  );
}

type Guarded = Pick<ComponentProps<typeof GuardedButton>, 'endpoint' | 'userName' | 'roleId'>;

function End({ guarded, end }: { guarded: Guarded; end: () => Promise<void> }) {
  const { t } = useText();
  const [opened, setOpened] = useState(false);
  return (
    <>
      <GuardedButton {...guarded} variant="default" onClick={() => setOpened(true)}>
        {t('mfaRequired.end')}
      </GuardedButton>
      <ConfirmDialog
        title={t('mfaRequired.end')}
        body={[t('mfaRequired.endBody')]}
        submit={t('mfaRequired.end')}
        opened={opened}
        onClose={() => setOpened(false)}
        send={end}
      />
    </>
  );
}

/** Sets the rule, or ends it; says it when the person has just bound itself. */
function useRequire(rule: 'role' | 'user', name: string) {
  const { operatorId } = useSession();
  const queries = useQueryClient();
  return async (from: number | undefined) => {
    const wanted = { operator_id: operatorId, required: from !== undefined, ...(from !== undefined && { from }) };
    const { reply } =
      rule === 'user'
        ? await call(updateUserMFARequirement, { ...wanted, user_name: name })
        : await call(updateRoleMFARequirement, { ...wanted, role_id: name });
    await queries.invalidateQueries({ queryKey: requirementsKey });
    await queries.invalidateQueries({ queryKey: ['session'] });
    const { callerMustEnrolFrom: own } = reply;
    if (from === undefined) showOutcome('mfaRequired.ended');
    else if (own === undefined) showOutcome('mfaRequired.saved');
    else showOutcome('mfaRequired.savedOwn', undefined, { at: exactTime(own) });
    focusPageTitle();
  };
}
