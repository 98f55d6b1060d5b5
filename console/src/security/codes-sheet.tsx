import { Portal } from '@mantine/core';
import { useText } from '../language.ts';
import { exactTime } from '../time.ts';
import { resetAddress, type Sheet, setName } from './codes-file.ts';
import css from './codes-sheet.module.css';

/** What the printer gets instead of the screen: one sheet with the codes and room for notes. */
export function CodesSheet({ codes, set, session }: Sheet) {
  const { t } = useText();
  return (
    <Portal className={css.sheet} reuseTargetNode={false}>
      <h1>{t('codes.fileTitle', { product: t('product.name') })}</h1>
      <p>{t('codes.fileOperator', { operatorId: session.operatorId })}</p>
      <p>{t('codes.fileAccount', { email: session.email ?? '' })}</p>
      <p>{setName(set, t)}</p>
      <p>{t('codes.fileDate', { date: exactTime(set.createdAt) })}</p>
      <ol className={css.codes}>
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <p>{t('codes.fileHow')}</p>
      <p>{resetAddress()}</p>
      <p>{t('codes.fileNever')}</p>
      <p>{t('codes.setHint')}</p>
      <p className={css.notes}>{t('codes.fileNotes')}</p>
    </Portal>
  );
}
