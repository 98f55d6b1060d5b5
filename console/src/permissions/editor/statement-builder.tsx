import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { useState } from 'react';
import { announce } from '../../announce.tsx';
import { filled } from '../../fields/checks.ts';
import { FormFrame } from '../../fields/form-frame.tsx';
import { SubmitButton } from '../../fields/submit-button.tsx';
import { useSubmit } from '../../fields/use-submit.ts';
import { useText } from '../../language.ts';
import { Code } from '../../look/name.tsx';
import { OperationField } from '../operation-field.tsx';
import css from '../simulate.module.css';
import { addStatement, isBare, readPermission, removeStatement } from './statement-edit.ts';

type StatementBuilderProps = { text: string; empty: string; onChange: (text: string) => void };

/** Statements by choosing instead of typing JSON; open at once where a keyboard is small. */
export function StatementBuilder({ text, empty, onChange }: StatementBuilderProps) {
  const { t } = useText();
  const narrow = useMediaQuery('(max-width: 30em)', false, { getInitialValueInEffect: false });
  const document = readPermission(text);
  return (
    <details className={css.more} open={narrow}>
      <summary>{t('builder.title')}</summary>
      <div className="stack">
        {document && (
          <ol className={css.trace}>
            {document.statements.map(({ effect, api, condition }, place) => (
              <li key={`${place}-${effect}`}>
                <strong>
                  {t('builder.statement', { n: place + 1 })}: {t(`simulate.effects.${effect}`)}
                </strong>
                <ul className={css.patterns}>
                  {api.map((pattern) => (
                    <li key={pattern.start}>
                      <Code>{pattern.text}</Code>
                    </li>
                  ))}
                </ul>
                {condition && <Code className={css.clause}>{condition.text}</Code>}
                <div>
                  <Button
                    variant="default"
                    aria-label={t('builder.removeLabel', { n: place + 1 })}
                    onClick={() => {
                      onChange(removeStatement(text, place + 1) ?? empty);
                      announce(t('builder.removed', { n: place + 1 }));
                    }}
                  >
                    {t('builder.remove')}
                  </Button>
                </div>
              </li>
            ))}
          </ol>
        )}
        {document || isBare(text) ? (
          <Add text={text} onChange={onChange} />
        ) : (
          <p className="quiet">{t('builder.broken')}</p>
        )}
      </div>
    </details>
  );
}

const conditions = {
  none: '',
  oneself: "pathVariable('user_name') == samUserName",
  mfa: 'mfaAuthenticated',
  own: undefined,
} as const;
type ConditionChoice = keyof typeof conditions;

function Add({ text, onChange }: Omit<StatementBuilderProps, 'empty'>) {
  const { t } = useText();
  const [effect, setEffect] = useState<'allow' | 'deny'>('allow');
  const [choice, setChoice] = useState<ConditionChoice>('none');
  const { field, set, frame } = useSubmit({
    initial: { api: '', condition: '' },
    check: { api: filled(t, t('simulate.api')) },
    send: async ({ api, condition }) => {
      const chosen = conditions[choice] ?? condition.trim();
      const added = addStatement(text, { effect, api: api.trim(), condition: chosen });
      if (added === undefined) return announce(t('editor.fixFirst'));
      onChange(added);
      set('api', '');
      announce(t('builder.added'));
    },
  });
  return (
    <FormFrame state={frame}>
      <div className={css.fields}>
        <NativeSelect
          size="md"
          label={t('builder.effect')}
          value={effect}
          onChange={(event) => setEffect(event.currentTarget.value === 'deny' ? 'deny' : 'allow')}
          data={(['allow', 'deny'] as const).map((value) => ({ value, label: t(`simulate.effects.${value}`) }))}
        />
        <OperationField {...field('api')} wildcards />
        <NativeSelect
          size="md"
          label={t('simulate.condition')}
          value={choice}
          onChange={(event) => setChoice(event.currentTarget.value as ConditionChoice)}
          data={(Object.keys(conditions) as ConditionChoice[]).map((value) => ({
            value,
            label: t(`builder.conditions.${value}`),
          }))}
        />
        {choice === 'own' && (
          <TextInput
            {...field('condition')}
            label={t('builder.ownCondition')}
            autoCapitalize="none"
            spellCheck={false}
          />
        )}
      </div>
      <div>
        <SubmitButton busy={false} busyText={t('action.working')} variant="default">
          {t('builder.add')}
        </SubmitButton>
      </div>
    </FormFrame>
  );
}
