import { Link } from '@tanstack/react-router';
import { Card } from '../frame/page.tsx';
import { countText, useText } from '../language.ts';
import { LevelWord } from './level-word.tsx';
import { useUserLevels } from './use-ways-back.ts';
import { isAt } from './ways.ts';

/** How many SAM users would need somebody, with the list of them; nothing where there is nobody to speak of. */
export function SamUsersWaysBack() {
  const { t } = useText();
  const { data } = useUserLevels();
  const users = [...(data?.values() ?? [])];
  const [help = 0, unsure = 0, alone = 0] = (['help', 'unsure', 'alone'] as const).map(
    (level) => users.filter((user) => isAt(user, level)).length,
  );
  if (help + unsure + alone === 0) return null;
  const worst = help > 0 ? 'help' : unsure > 0 ? 'unsure' : 'alone';
  return (
    <Card title={t('waysBack.samTitle')} aside={<LevelWord level={worst} />}>
      {worst === 'alone' && <p>{t('waysBack.samAlone')}</p>}
      {help > 0 && (
        <p>
          <span>{countText('waysBack.samHelp', help)}</span>{' '}
          <Link to="/security/users" search={{ wayBack: 'help' }}>
            {t('waysBack.samHelpLink')}
          </Link>
        </p>
      )}
      {unsure > 0 && (
        <p>
          <span>{countText('waysBack.samUnsure', unsure)}</span>{' '}
          <Link to="/security/users" search={{ wayBack: 'unsure' }}>
            {t('waysBack.samUnsureLink')}
          </Link>
        </p>
      )}
    </Card>
  );
}
