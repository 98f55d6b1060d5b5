import { NativeSelect, TextInput } from '@mantine/core';
import { isPrincipal, srnOf, typedNewName } from '@warifu/contract';
import { useId, useState } from 'react';
import { announce } from '../../announce.tsx';
import { FormFrame } from '../../fields/form-frame.tsx';
import { SubmitButton } from '../../fields/submit-button.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { useText } from '../../language.ts';
import { useSession } from '../../session/session.ts';
import { useUsers } from '../../users/users.ts';
import { principalName } from '../principal-name.ts';
import css from '../simulate.module.css';
import { addPrincipal, namesUsers, readTrust, usualStatement } from './trust-edit.ts';

type AddPrincipalProps = { text: string; target: string; onChange: (text: string) => void };

/** Adds somebody to a trust policy without typing an SRN; the rest of the text stays as it was written. */
export function AddPrincipal({ text, target, onChange }: AddPrincipalProps) {
  const { t } = useText();
  const { operatorId } = useSession();
  const list = useId();
  const { data: users } = useUsers();
  const document = readTrust(text);
  const broken = !document && text.trim() !== '';
  const [chosen, setChosen] = useState<number>();
  const statement = chosen ?? (document ? usualStatement(document) : 0);
  const { values, field, set, frame } = useSubmit({
    initial: { operator: operatorId, user: '' },
    check: {
      operator: (operator) => (isPrincipal(srnOf(operator.trim(), '')) ? null : t('trust.operatorForm')),
      user: (name) => problemOf(typedNewName(name)),
    },
    send: async ({ operator, user }) => {
      const srn = srnOf(operator.trim(), typedNewName(user));
      const added = addPrincipal(text, srn, statement);
      if (added === undefined) return announce(t('editor.fixFirst'));
      onChange(added);
      set('user', '');
      setChosen(undefined);
      announce(t('trust.added', { principal: principalName(srn, operatorId, t) }));
    },
  });

  function problemOf(name: string): string | null {
    if (!isPrincipal(srnOf(operatorId, name))) return t('trust.userForm');
    const srn = srnOf(values.operator.trim(), name);
    if (srn === srnOf(operatorId, target)) return t('trust.itself');
    const there = document?.statements[statement - 1]?.principals.some((principal) => principal.text === srn);
    return there ? t('trust.twice') : null;
  }

  return (
    <section className={`stack-tight ${css.panel}`} aria-labelledby={`${list}-title`}>
      <h3 id={`${list}-title`}>{t('trust.add')}</h3>
      <FormFrame state={frame}>
        <div className={css.fields}>
          <TextInput {...field('operator')} label={t('trust.operator')} autoComplete="off" spellCheck={false} />
          <TextInput
            {...field('user')}
            label={t('trust.userName')}
            description={t('trust.userNameHint')}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            list={list}
          />
          {document && (
            <NativeSelect
              size="md"
              label={t('trust.into')}
              value={String(statement)}
              onChange={(event) => setChosen(Number(event.currentTarget.value))}
              data={[
                ...document.statements.flatMap((written, place) => {
                  if (!namesUsers(written)) return [];
                  const label = written.condition ? 'trust.intoConditional' : 'trust.intoStatement';
                  return [{ value: String(place + 1), label: t(label, { n: place + 1 }) }];
                }),
                { value: '0', label: t('trust.intoNew') },
              ]}
            />
          )}
        </div>
        <datalist id={list} translate="no">
          {users
            ?.filter(({ userName }) => userName !== target)
            .map(({ userName }) => (
              <option key={userName}>{userName}</option>
            ))}
        </datalist>
        {broken && <p className="quiet small">{t('trust.fixToAdd')}</p>}
        <div>
          <SubmitButton busy={false} busyText={t('action.working')} variant="default">
            {t('trust.addSubmit')}
          </SubmitButton>
        </div>
      </FormFrame>
    </section>
  );
}
