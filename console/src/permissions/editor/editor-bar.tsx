import { Button, Menu } from '@mantine/core';
import { SubmitButton } from '../../fields/submit-button.tsx';
import { useText } from '../../language.ts';
import { ChevronIcon } from '../../look/icons.tsx';
import css from './editor-bar.module.css';
import { templates, templateText } from './templates.ts';

type EditorBarProps = {
  busy: boolean;
  dirty: boolean;
  onTemplate: (text: string) => void;
  onFormat: () => void;
  onReview: () => void;
};

export function EditorBar({ busy, dirty, onTemplate, onFormat, onReview }: EditorBarProps) {
  const { t } = useText();
  return (
    <div className={css.bar}>
      <Menu position="bottom-start" width={320} radius={8} shadow="md" withInitialFocusPlaceholder={false}>
        <Menu.Target>
          <Button variant="default" rightSection={<ChevronIcon size={16} />}>
            {t('editor.template')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown className={css.menu}>
          {templates.map((template) => (
            <Menu.Item key={template.name} onClick={() => onTemplate(templateText(template))}>
              <strong>{t(`editor.templates.${template.name}`)}</strong>
              <span className={css.hint}>{t(`editor.templates.${template.name}Hint`)}</span>
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button variant="default" onClick={onFormat}>
        {t('editor.format')}
      </Button>
      <span className={css.space} />
      {!dirty && <span className="quiet small">{t('editor.unchanged')}</span>}
      <Button variant="default" aria-disabled={!dirty} {...(dirty ? {} : { 'data-disabled': true })} onClick={onReview}>
        {t('editor.review')}
      </Button>
      <SubmitButton busy={busy} busyText={t('action.working')}>
        {t('editor.save')}
      </SubmitButton>
    </div>
  );
}
