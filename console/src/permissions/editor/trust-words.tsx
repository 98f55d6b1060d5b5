import { NativeSelect, TextInput } from '@mantine/core';
import { impliesMfa, principalOf } from '@warifu/contract';
import { explainTrust, type TrustDocument } from '@warifu/policy';
import { useId, useState } from 'react';
import { named, useText } from '../../language.ts';
import { Code, Words } from '../../look/name.tsx';
import { Notice } from '../../look/notice.tsx';
import { StatusWord } from '../../look/status-word.tsx';
import { useSession } from '../../session/session.ts';
import { fromLocal } from '../../time.ts';
import { principalName } from '../principal-name.ts';
import css from '../simulate.module.css';
import { methods } from '../simulate-search.ts';
import { partsOf, TracedCondition } from '../traced-statement.tsx';
import { namesUsers, readTrust, servicesOf, waysOf } from './trust-edit.ts';

type TrustWordsProps = { text: string; target: string };

/** What a trust policy means: who may switch, and whether one of them may in given circumstances, part by part. */
export function TrustWords({ text, target }: TrustWordsProps) {
  const { t } = useText();
  const id = useId();
  const { operatorId } = useSession();
  const document = readTrust(text);
  if (!document) return null;
  return (
    <section className="stack" aria-labelledby={id}>
      <h3 id={id}>{t('trust.words')}</h3>
      <ul>
        {[...waysOf(document)].map(([srn, way]) => (
          <li key={srn}>
            <span translate="no">{principalName(srn, operatorId, t)}</span>:{' '}
            <span>{way === 'always' ? t('trust.always') : t('trust.sometimes')}</span>
            {typeof way !== 'string' &&
              way.map((condition) => (
                <Code key={condition} className={css.clause}>
                  {condition}
                </Code>
              ))}
          </li>
        ))}
        {servicesOf(document).map((service) => (
          <li key={service}>
            <span translate="no">{service}</span>: <span>{t('trust.service')}</span>
          </li>
        ))}
      </ul>
      {document.statements.some(namesUsers) && <Trial document={document} target={target} />}
    </section>
  );
}

/** The call by which somebody switches, tried here and not made. */
function Trial({ document, target }: { document: TrustDocument; target: string }) {
  const { t } = useText();
  const session = useSession();
  const principals = [...waysOf(document).keys()];
  const [asked, setAsked] = useState({ principal: '', ip: '', at: '', method: 'password' as (typeof methods)[number] });
  const change = (name: keyof typeof asked) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    setAsked((now) => ({ ...now, [name]: value }));
  };
  const principal = principals.includes(asked.principal) ? asked.principal : (principals[0] ?? '');
  const { allowed, statements } = explainTrust(
    document,
    principal,
    switchCall({ ...asked, principal, target }, session),
  );
  return (
    <details className={css.more}>
      <summary>{t('trust.try')}</summary>
      <div className="stack">
        <div className={css.fields}>
          <NativeSelect
            size="md"
            label={t('trust.who')}
            translate="no"
            value={principal}
            onChange={change('principal')}
            data={principals.map((value) => ({ value, label: principalName(value, session.operatorId, t) }))}
          />
          <TextInput
            label={t('simulate.ip')}
            description={t('simulate.ipHint')}
            value={asked.ip}
            onChange={change('ip')}
          />
          <TextInput
            type="datetime-local"
            label={t('simulate.at')}
            description={t('simulate.atHint')}
            value={asked.at}
            onChange={change('at')}
          />
          <NativeSelect
            size="md"
            label={t('simulate.method')}
            value={asked.method}
            onChange={change('method')}
            data={methods.map((value) => ({ value, label: t(`simulate.methods.${value}`) }))}
          />
        </div>
        <div role="status">
          <Notice tone={allowed ? 'well' : 'danger'}>
            <p>
              <Words>
                {t(allowed ? 'trust.mayNow' : 'trust.mayNotNow', {
                  principal: named(principalName(principal, session.operatorId, t)),
                })}
              </Words>
            </p>
          </Notice>
        </div>
        <ol className={css.trace}>
          {statements.map(({ statement, matched, applies, condition }) => (
            <li key={statement} className={applies ? css.deciding : undefined}>
              <div className="row">
                <strong>{t('trust.intoStatement', { n: statement })}</strong>
                <StatusWord kind={applies ? 'well' : 'off'}>
                  {t(applies ? 'simulate.applies' : 'simulate.appliesNot')}
                </StatusWord>
              </div>
              <p className="quiet small">{t(matched ? 'trust.named' : 'trust.notNamed')}</p>
              {matched && condition && (
                <TracedCondition condition={{ ...condition, parts: partsOf(condition.trace) }} />
              )}
            </li>
          ))}
        </ol>
      </div>
    </details>
  );
}

type Asked = { principal: string; ip: string; at: string; method: (typeof methods)[number]; target: string };

/** The facts as the server builds them when somebody switches. */
function switchCall({ principal, ip, at, method, target }: Asked, session: { operatorId: string; timeZone: string }) {
  const { operatorId, userName } = principalOf(principal);
  return {
    api: 'Auth:switchUser',
    httpMethod: 'POST',
    requestPath: '/v1/auth/switch_user',
    pathVariables: { operator_id: session.operatorId, user_name: target },
    queryParameters: {},
    nowMs: fromLocal(at) ?? Date.now(),
    timeZone: session.timeZone,
    sourceIp: ip.trim() || null,
    samUserName: userName || null,
    operatorId,
    mfaAuthenticated: impliesMfa(method),
    authMethod: method,
    authAgeSeconds: 0,
    secondsSinceMfaReset: Number.MAX_SAFE_INTEGER,
  };
}
