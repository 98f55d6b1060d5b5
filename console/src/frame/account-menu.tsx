import { Menu, useMantineColorScheme, VisuallyHidden } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { announce } from '../announce.tsx';
import { asFailure } from '../failure.ts';
import { describeFailure } from '../failure-words.ts';
import { useText } from '../language.ts';
import { ChevronIcon } from '../look/icons.tsx';
import { Name } from '../look/name.tsx';
import type { Scheme } from '../preferences.ts';
import { logOut } from '../session/leave.ts';
import { accountName, useSession } from '../session/session.ts';
import css from './account-menu.module.css';
import controls from './controls.module.css';

const schemes = ['auto', 'light', 'dark'] as const;

/** The user's name at the top right: who one is, security, the colour scheme, and the way out. */
export function AccountMenu() {
  const { t } = useText();
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const [leaving, setLeaving] = useState(false);
  const name = accountName(session);

  const leave = () => {
    if (leaving) return;
    setLeaving(true);
    logOut(session).catch((error: unknown) => {
      setLeaving(false);
      announce(describeFailure(asFailure(error), t));
    });
  };

  return (
    <Menu
      position="bottom-end"
      width={280}
      radius={8}
      shadow="md"
      transitionProps={{ duration: 100 }}
      // The placeholder would be a focusable element inside the menu that is no item of it.
      withInitialFocusPlaceholder={false}
    >
      <Menu.Target>
        <button type="button" className={`${controls.control} ${css.open}`}>
          <span className={css.badge} data-initial={name.slice(0, 1).toUpperCase()} />
          <VisuallyHidden>{t('account.open')} </VisuallyHidden>
          <span className={css.name} translate="no">
            {name}
          </span>
          <ChevronIcon size={16} />
        </button>
      </Menu.Target>
      <Menu.Dropdown className={css.menu}>
        <div className={css.who}>
          <strong translate="no">{name}</strong>
          <span>
            {t(session.isRoot ? 'account.root' : 'account.sam')} · <Name>{session.operatorId}</Name>
          </span>
        </div>
        <Menu.Divider />
        <Menu.Item component={Link} to="/security/mfa">
          {t('account.security')}
        </Menu.Item>
        <Menu.Item component={Link} to="/settings">
          {t('nav.settings')}
        </Menu.Item>
        {!session.switchedFrom && (
          <Menu.Item component={Link} to="/security/switch">
            {t('account.switch')}
          </Menu.Item>
        )}
        {session.mailPreview && (
          <Menu.Item component="a" href="/mail-preview">
            {t('frame.mailPreview')}
          </Menu.Item>
        )}
        <Menu.Divider />
        <Menu.Label>{t('frame.scheme')}</Menu.Label>
        <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as Scheme)}>
          {schemes.map((scheme) => (
            <Menu.RadioItem key={scheme} value={scheme}>
              {t(`frame.schemes.${scheme}`)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
        <Menu.Divider />
        <Menu.Item onClick={leave} closeMenuOnClick={false}>
          {t('account.logOut')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
