import '../locales/later.ts';
import { getRouteApi, Link, Outlet, useLocation, useNavigate } from '@tanstack/react-router';
import { Page } from '../frame/page.tsx';
import { useText } from '../language.ts';
import { type Tab, Tabs } from '../look/tabs.tsx';
import { useSession } from '../session/session.ts';

const route = getRouteApi('/security/users/$userName');

const paths = {
  overview: '/security/users/$userName',
  permissions: '/security/users/$userName/permissions',
  authentication: '/security/users/$userName/authentication',
  trust: '/security/users/$userName/trust-policy',
} as const;
type Part = keyof typeof paths;
const parts = Object.keys(paths) as Part[];

/** The part of an address behind the name, which has no slash in any spelling; the overview has none. */
function lastOf(path: string): string | undefined {
  return path.split('/')[4];
}

/** One SAM user, in parts that each have an address. */
export function UserPage() {
  const { t } = useText();
  const { userName } = route.useParams();
  const session = useSession();
  const navigate = useNavigate();
  const { pathname } = useLocation();
  const tabs: Tab<Part>[] = parts.map((id) => ({
    id,
    label: t(`user.${id}`),
    href: paths[id].replace('$userName', encodeURIComponent(userName)),
  }));
  const current = parts.find((id) => lastOf(paths[id]) === lastOf(pathname)) ?? 'overview';
  return (
    <Page
      title={userName}
      isName
      part={t(`user.${current}`)}
      {...(session.userName === userName ? { lead: t('user.self') } : {})}
    >
      <p>
        <Link to="/security/users">← {t('user.back')}</Link>
      </p>
      <Tabs
        label={t('user.tabs')}
        tabs={tabs}
        current={current}
        onSelect={({ id }) => navigate({ to: paths[id], params: { userName } })}
      >
        <Outlet />
      </Tabs>
    </Page>
  );
}
