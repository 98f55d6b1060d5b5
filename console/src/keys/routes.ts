import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { rootRoute } from '../root-route.tsx';

export type KeysSearch = { dialog?: 'new-key' | 'delete-key'; key?: string };

const keys = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/keys',
  component: lazyRouteComponent(() => import('./keys-page.tsx'), 'KeysPage'),
  validateSearch: ({ dialog, key }: Record<string, unknown>): KeysSearch => ({
    ...(dialog === 'new-key' || dialog === 'delete-key' ? { dialog } : {}),
    ...(typeof key === 'string' ? { key } : {}),
  }),
});

export type EmailsSearch = {
  dialog?: 'add' | 'delete' | 'primary' | 'recovery' | 'billing' | 'support';
  /** Of the address to delete. */
  id?: string;
};

const emailDialogs: readonly unknown[] = ['add', 'delete', 'primary', 'recovery', 'billing', 'support'];

const emails = createRoute({
  getParentRoute: () => rootRoute,
  path: '/security/emails',
  component: lazyRouteComponent(() => import('../emails/emails-page.tsx'), 'EmailsPage'),
  validateSearch: ({ dialog, id }: Record<string, unknown>): EmailsSearch => ({
    ...(emailDialogs.includes(dialog) ? { dialog: dialog as 'add' } : {}),
    ...(typeof id === 'string' ? { id } : {}),
  }),
});

const settings = createRoute({
  getParentRoute: () => rootRoute,
  path: '/settings',
  component: lazyRouteComponent(() => import('../settings/settings-page.tsx'), 'SettingsPage'),
});

export const operatorRoutes = [keys, emails, settings] as const;
