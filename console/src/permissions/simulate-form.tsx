import { operations } from 'virtual:operations';
import { Checkbox, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { useText } from '../language.ts';
import { fromLocal, toLocal } from '../time.ts';
import { OperationField } from './operation-field.tsx';
import type { SimulateSearch } from './routes.ts';
import css from './simulate.module.css';
import { UserField } from './user-field.tsx';

type SimulateFormProps = {
  asked: SimulateSearch;
  draft: string;
  busy: boolean;
  onAsk: (asked: SimulateSearch, draft: string) => Promise<void>;
};

const methods = ['password', 'password+totp', 'authKey', 'switchUser'] as const;

export function SimulateForm({ asked, draft, busy, onAsk }: SimulateFormProps) {
  const { t } = useText();
  const [path, setPath] = useState(asked.path ?? {});
  const [mfa, setMfa] = useState(asked.mfa ?? false);
  const { values, set, field, frame } = useSubmit({
    initial: {
      user: asked.user ?? '',
      api: asked.api ?? '',
      ip: asked.ip ?? '',
      at: toLocal(asked.at),
      method: asked.method ?? 'password',
      draft,
    },
    check: { user: (v) => (v === '' ? t('simulate.userMissing') : null), api: filled(t, t('simulate.api')) },
    send: (typed) => onAsk(toSearch(typed, path, mfa), typed.draft.trim()),
  });
  const names = pathVariablesOf(values.api);
  const select = (name: 'user' | 'method' | 'draft') => ({
    ...field(name),
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <UserField {...field('user')} label={t('simulate.user')} onChange={(name) => set('user', name)} />
        <OperationField {...field('api')} />
        {names.map((name) => (
          <TextInput
            key={name}
            label={t('simulate.path', { name })}
            value={path[name] ?? ''}
            autoCapitalize="none"
            spellCheck={false}
            onChange={({ currentTarget: { value } }) => setPath((now) => ({ ...now, [name]: value }))}
          />
        ))}
      </div>
      <fieldset className={css.group}>
        <legend>{t('simulate.context')}</legend>
        <div className={css.fields}>
          <TextInput {...field('ip')} label={t('simulate.ip')} description={t('simulate.ipHint')} />
          <TextInput
            {...field('at')}
            type="datetime-local"
            label={t('simulate.at')}
            description={t('simulate.atHint')}
          />
          <NativeSelect
            {...select('method')}
            size="md"
            label={t('simulate.method')}
            data={methods.map((value) => ({ value, label: t(`simulate.methods.${value}`) }))}
          />
        </div>
        <Checkbox
          size="md"
          label={t('simulate.mfa')}
          checked={mfa}
          onChange={(event) => setMfa(event.currentTarget.checked)}
        />
      </fieldset>
      <details className={css.more} open={draft !== ''}>
        <summary>{t('simulate.draftOpen')}</summary>
        <Textarea
          {...select('draft')}
          label={t('simulate.draft')}
          description={t('simulate.draftHint')}
          rows={8}
          spellCheck={false}
          classNames={{ input: css.draft }}
        />
      </details>
      <div>
        <SubmitButton busy={busy} busyText={t('action.working')}>
          {t('simulate.submit')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}

/** The operator is always the caller's own. */
function pathVariablesOf(api: string): readonly string[] {
  const known = operations.find(({ name }) => name === api.trim());
  return known?.pathVariables.filter((name) => name !== 'operator_id') ?? [];
}

type Typed = { user: string; api: string; ip: string; at: string; method: string; draft: string };

function toSearch({ user, api, ip, at, method }: Typed, path: Record<string, string>, mfa: boolean): SimulateSearch {
  const wanted = pathVariablesOf(api).flatMap((name) => (path[name] ? [[name, path[name]] as const] : []));
  const known = methods.find((value) => value === method);
  const moment = fromLocal(at);
  return {
    user,
    api: api.trim(),
    ...(wanted.length > 0 ? { path: Object.fromEntries(wanted) } : {}),
    ...(ip.trim() ? { ip: ip.trim() } : {}),
    ...(moment === undefined ? {} : { at: moment }),
    ...(mfa ? { mfa } : {}),
    ...(known && known !== 'password' ? { method: known } : {}),
  };
}
