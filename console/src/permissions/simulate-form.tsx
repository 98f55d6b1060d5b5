import { NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { filled } from '../fields/checks.ts';
import { FormFrame } from '../fields/form-frame.tsx';
import { SubmitButton } from '../fields/submit-button.tsx';
import { useSubmit } from '../fields/use-submit.ts';
import { type Translate, useText } from '../language.ts';
import { useSession } from '../session/session.ts';
import { toLocal } from '../time.ts';
import { type KnownOperation, useOperations } from './known-operations.ts';
import { OperationField } from './operation-field.tsx';
import css from './simulate.module.css';
import { type Method, methods, type SimulateSearch, secondsOf, toSearch } from './simulate-search.ts';
import { UserField } from './user-field.tsx';

type SimulateFormProps = {
  asked: SimulateSearch;
  draft: string;
  /** How that user authenticates, as far as nothing else is asked. */
  usual: Method;
  /** The only user who may be asked about, where that is the caller itself. */
  only: string | undefined;
  busy: boolean;
  onAsk: (asked: SimulateSearch, draft: string) => Promise<void>;
};

export function SimulateForm({ asked, draft, usual, only, busy, onAsk }: SimulateFormProps) {
  const { t } = useText();
  const { operations } = useOperations();
  const named = (api: string) => operations.find(({ name }) => name === api.trim());
  const [path, setPath] = useState(asked.path ?? {});
  const [query, setQuery] = useState(asked.query ?? {});
  const { values, set, field, frame } = useSubmit({
    // In the order of the page: problems are listed in it.
    initial: { user: only ?? asked.user ?? '', ...typedOf(asked, usual), draft },
    check: {
      user: (v) => (v === '' ? t('simulate.userMissing') : null),
      api: filled(t, t('simulate.api')),
      proved: secondsCheck(t),
      reset: secondsCheck(t),
    },
    send: (typed) => onAsk(toSearch(typed, named(typed.api), { path, query }), typed.draft.trim()),
  });
  const known = named(values.api);
  const self = useSession().userName === values.user;
  const plain = (name: keyof typeof values) => ({
    ...field(name),
    onChange: (event: { currentTarget: { value: string } }) => set(name, event.currentTarget.value),
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        {only === undefined ? (
          <UserField {...field('user')} label={t('simulate.user')} onChange={(name) => set('user', name)} />
        ) : (
          <TextInput {...field('user')} label={t('simulate.user')} readOnly />
        )}
        <OperationField {...field('api')} />
        <Named names={typedIn(known)} label="simulate.path" values={path} onChange={setPath} />
        <Named names={known?.queryParameters} label="simulate.query" values={query} onChange={setQuery} />
      </div>
      <fieldset className={css.group}>
        <legend>{t('simulate.context')}</legend>
        {self && <p className="quiet small">{t('simulate.contextSelf')}</p>}
        <div className={css.fields}>
          <TextInput {...field('ip')} label={t('simulate.ip')} description={t('simulate.ipHint')} />
          <TextInput
            {...field('at')}
            type="datetime-local"
            label={t('simulate.at')}
            description={t('simulate.atHint')}
          />
          <NativeSelect
            {...plain('method')}
            size="md"
            label={t('simulate.method')}
            data={methods.map((value) => ({ value, label: t(`simulate.methods.${value}`) }))}
          />
          <TextInput
            {...field('proved')}
            inputMode="numeric"
            label={t('simulate.proved')}
            description={t('simulate.provedHint')}
          />
          <TextInput
            {...field('reset')}
            inputMode="numeric"
            label={t('simulate.reset')}
            description={t('simulate.resetHint')}
          />
        </div>
      </fieldset>
      <details className={css.more} open={draft !== ''}>
        <summary>{t('simulate.draftOpen')}</summary>
        <Textarea
          {...plain('draft')}
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

type NamedProps = {
  names: readonly string[] | undefined;
  label: 'simulate.path' | 'simulate.query';
  values: Record<string, string>;
  onChange: (values: Record<string, string>) => void;
};

/** A field for each of the values that an operation has by name. */
function Named({ names = [], label, values, onChange }: NamedProps) {
  const { t } = useText();
  return names.map((name) => (
    <TextInput
      key={name}
      label={t(label, { name })}
      value={values[name] ?? ''}
      autoCapitalize="none"
      spellCheck={false}
      onChange={({ currentTarget: { value } }) => onChange({ ...values, [name]: value })}
    />
  ));
}

/** In the path of an operation of this server the operator is always the caller's own. */
function typedIn(known: KnownOperation | undefined): readonly string[] | undefined {
  return known?.pathVariables.filter((name) => !known.isOwn || name !== 'operator_id');
}

function typedOf({ api = '', ip = '', at, method, proved, reset }: SimulateSearch, usual: Method) {
  const seconds = (value: number | undefined) => (value === undefined ? '' : String(value));
  return { api, ip, at: toLocal(at), method: method ?? usual, proved: seconds(proved), reset: seconds(reset) };
}

function secondsCheck(t: Translate) {
  return (typed: string) => (secondsOf(typed) === null ? t('simulate.secondsForm') : null);
}
