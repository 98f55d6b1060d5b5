import { useText } from '../language.ts';
import type { Zone } from '../time.ts';
import css from './zone-switch.module.css';

/** Times of this device, or UTC as in logs. */
export function ZoneSwitch({ zone, choose }: { zone: Zone; choose: (zone: Zone) => void }) {
  const { t } = useText();
  return (
    <fieldset className={css.zone}>
      <legend className="quiet small">{t('sessions.zone')}</legend>
      {(['local', 'utc'] as const).map((wanted) => (
        <button key={wanted} type="button" aria-pressed={zone === wanted} onClick={() => choose(wanted)}>
          {t(`sessions.zones.${wanted}`)}
        </button>
      ))}
    </fieldset>
  );
}
