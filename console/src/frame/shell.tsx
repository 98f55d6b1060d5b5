import { Drawer } from '@mantine/core';
import { Link, useLocation } from '@tanstack/react-router';
import { type ReactNode, useEffect, useState } from 'react';
import { LiveRegion } from '../announce.tsx';
import { Onward } from '../gate/onward.tsx';
import { useText } from '../language.ts';
import { CloseIcon, HelpIcon, MenuIcon } from '../look/icons.tsx';
import { TallyMark } from '../look/tally-mark.tsx';
import { ExpiryDialog } from '../session/expiry-dialog.tsx';
import { LastWayDialog } from '../session/last-way-dialog.tsx';
import { StepUpDialog } from '../session/step-up-dialog.tsx';
import { AccountMenu } from './account-menu.tsx';
import { Banner, SandboxNotice } from './banner.tsx';
import controls from './controls.module.css';
import { OfflineNotice } from './offline-notice.tsx';
import { OperatorId } from './operator-id.tsx';
import { QuarantineBanner } from './quarantine-banner.tsx';
import { SavedLanguageSwitch } from './saved-language-switch.tsx';
import css from './shell.module.css';
import { SideNav } from './side-nav.tsx';
import { SwitchedBanner } from './switched-banner.tsx';

/** What is around every signed-in page. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useText();
  return (
    <div className={css.shell}>
      <a className={css.skip} href="#main">
        {t('frame.skip')}
      </a>
      <header className={css.header}>
        <NavDrawer />
        <Link className={css.logo} to="/">
          <TallyMark />
          <span>{t('product.name')}</span>
        </Link>
        <div className={css.wideOnly}>
          <OperatorId />
        </div>
        <SavedLanguageSwitch />
        <Link className={controls.control} to="/help">
          <HelpIcon />
          <span>{t('frame.help')}</span>
        </Link>
        <AccountMenu />
      </header>
      <aside className={css.side}>
        <SideNav />
      </aside>
      <main id="main" className={css.main} tabIndex={-1}>
        <OfflineNotice />
        <SandboxNotice />
        <SwitchedBanner />
        <QuarantineBanner />
        <Banner />
        <Onward />
        {children}
      </main>
      <LiveRegion />
      <StepUpDialog />
      <LastWayDialog />
      <ExpiryDialog />
    </div>
  );
}

/** The navigation on narrow screens. */
function NavDrawer() {
  const { t } = useText();
  const [open, setOpen] = useState(false);
  const { pathname } = useLocation();
  // Another page closes it.
  useEffect(() => setOpen(false), [pathname]);
  return (
    <>
      <button
        type="button"
        className={`${controls.control} ${css.narrowOnly}`}
        aria-label={t('account.openMenu')}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <MenuIcon size={22} />
      </button>
      <Drawer
        opened={open}
        onClose={() => setOpen(false)}
        title={t('account.menu')}
        size="18rem"
        transitionProps={{ duration: 120 }}
        closeButtonProps={{ 'aria-label': t('action.close'), size: 40, icon: <CloseIcon /> }}
      >
        <SideNav />
        <div className={css.drawerFoot}>
          <OperatorId />
        </div>
      </Drawer>
    </>
  );
}
