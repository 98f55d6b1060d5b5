import { chooseLanguage, currentLanguage, useText } from '../language.ts';
import css from './controls.module.css';

/** Two languages need no menu: the button names the other one, in that language. */
export function LanguageSwitch({ onChoose }: { onChoose?: (language: 'ja' | 'en') => void }) {
  const { t } = useText();
  const other = currentLanguage() === 'ja' ? 'en' : 'ja';
  const choose = () => {
    chooseLanguage(other);
    onChoose?.(other);
  };
  return (
    <button type="button" className={css.control} lang={other} onClick={choose}>
      {t('frame.otherLanguage')}
    </button>
  );
}
