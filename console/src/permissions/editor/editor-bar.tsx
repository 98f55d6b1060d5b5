import { Button, Menu } from '@mantine/core';
import { SubmitButton } from '../../fields/submit-button.tsx';
import { useText } from '../../language.ts';
import { ChevronIcon } from '../../look/icons.tsx';
import type { DocumentKind } from './document-kind.ts';
import css from './editor-bar.module.css';

type EditorBarProps = {
  templates: DocumentKind['templates'];
  busy: boolean;
  dirty: boolean;
  /** The text has an error, so that it cannot be saved. */
  broken: boolean;
  onTemplate: (text: string) => void;
  onFormat: () => void;
  onReview: () => void;
};

export function EditorBar({ templates, busy, dirty, broken, onTemplate, onFormat, onReview }: EditorBarProps) {
  const { t } = useText();
  return (
    <div className={css.bar}>
      {templates.length > 0 && <Templates templates={templates} onTemplate={onTemplate} />}
      <Button variant="default" onClick={onFormat}>
        {t('editor.format')}
      </Button>
      <span className={css.space} />
      {(broken || !dirty) && <span className="quiet small">{t(broken ? 'editor.fixFirst' : 'editor.unchanged')}</span>}
      <Button variant="default" aria-disabled={!dirty} {...(dirty ? {} : { 'data-disabled': true })} onClick={onReview}>
        {t('editor.review')}
      </Button>
      <SubmitButton busy={busy} busyText={t('action.working')}>
        {t('editor.save')}
      </SubmitButton>
    </div>
  );
}

function Templates({ templates, onTemplate }: Pick<EditorBarProps, 'templates' | 'onTemplate'>) {
  const { t } = useText();
  return (
    <Menu position="bottom-start" width={320} radius={8} shadow="md" withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <Button variant="default" rightSection={<ChevronIcon size={16} />}>
          {t('editor.template')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown className={css.menu}>
        {templates.map(({ title, hint, text }) => (
          <Menu.Item key={title} onClick={() => onTemplate(text)}>
            <strong>{t(title)}</strong>
            <span className={css.hint}>{t(hint)}</span>
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
