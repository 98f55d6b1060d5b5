import { Card, Page } from '../frame/page.tsx';
import { addTexts, useText } from '../language.ts';
import { signIn as signInEn } from '../locales/en/sign-in.ts';
import { signIn as signInJa } from '../locales/ja/sign-in.ts';
import { HelpContent } from './help-content.tsx';

addTexts(signInJa, signInEn);

/** The same help for somebody who is signed in: nothing that was begun in the console is left for it. */
export function FramedHelpPage() {
  const { t } = useText();
  return (
    <Page title={t('help.title')} lead={t('help.lead')}>
      <Card>
        <HelpContent linkTo={(path, words) => <a href={path}>{words}</a>} />
      </Card>
    </Page>
  );
}
