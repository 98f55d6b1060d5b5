import {
  asked,
  certificateFolder,
  type Guard,
  h2cSettings,
  heading,
  isSecure,
  portOf,
  type Recipe,
  rewriting,
  type Site,
} from './site.ts';

/** Traefik 3.7.12 or later: before that, no option keeps names such as `Remote.User` away. */
export const traefik: Recipe = {
  files: (site) => [
    { path: '/etc/traefik/traefik.yml', text: fixed(site) },
    { path: '/etc/traefik/dynamic/warifu.yml', text: dynamic(site) },
  ],
  lineFor,
};

/** Traefik writes these itself, unless an entry point trusts somebody for them. */
const byItself = '# no forwardedHeaders.trustedIPs, unless a load balancer stands before Traefik';

const asItCame = '# No trustForwardHeader and no forwardBody: it is about the request as it came, without the body.';

const plain = 'customRequestHeaders: { Connection: "", Upgrade: "" }';

function lineFor({ open, warifu }: Site, guard: Guard, header: string): string {
  const address = `address: ${warifu.origin}/api/authz/forward-auth`;
  const deleted = `${header}: ""`;
  const upgraded = 'customRequestHeaders: { Connection: Upgrade, Upgrade: websocket }';
  const lines: Record<Guard, string> = {
    ask: 'middlewares: [warifu-clear, warifu-plain, warifu]',
    aliases: 'aliasHeadersStrategy: delete',
    identity: `- ${header}`,
    told: `- ${header}`,
    cleared: deleted,
    rewriting: deleted,
    forwarded: byItself,
    carried: `- ${header}`,
    askedMethod: asItCame,
    askedUrl: asItCame,
    askedAddress: byItself,
    uri: asItCame,
    host: `rule: Host(\`${open.hostname}\`)`,
    connection: plain,
    upgrade: upgraded,
    opening: upgraded,
    protocol: plain,
    body: asItCame,
    signIn: address,
    cookie: address,
  };
  return lines[guard];
}

const headed = (site: Site) =>
  heading(site, 'traefik')
    .map((said) => `# ${said}\n`)
    .join('');

function fixed(site: Site): string {
  const entry = isSecure(site) ? 'websecure' : 'web';
  return `${headed(site)}
entryPoints:
  ${entry}:
    address: ":${portOf(site.open)}"
    ${lineFor(site, 'forwarded', '')}
    http:
      # Remote_User, Remote.User and the like: many programs read them as Remote-User. Since Traefik 3.7.12.
      ${lineFor(site, 'aliases', '')}

providers:
  file:
    directory: /etc/traefik/dynamic
`;
}

function dynamic(site: Site): string {
  const { app, identity, otherIdentity } = site;
  const line = (guard: Guard, header = '') => lineFor(site, guard, header);
  const each = (guard: Guard, headers: readonly string[]) =>
    headers.map((header) => line(guard, header)).join('\n          ');
  const folder = certificateFolder(site);
  const tls = `
tls:
  certificates:
    - certFile: ${folder}/fullchain.pem
      keyFile: ${folder}/privkey.pem
`;
  return `${headed(site)}
http:
  routers:
    guarded:
      ${line('host')}
      entryPoints: [${isSecure(site) ? 'websecure' : 'web'}]
      ${line('ask')}
      service: app${isSecure(site) ? '\n      tls: {}' : ''}

    # Its rule is the longer one, so it goes first.
    guarded-websocket:
      ${line('host')} && HeaderRegexp(\`Upgrade\`, \`(?i)^websocket$\`)
      entryPoints: [${isSecure(site) ? 'websecure' : 'web'}]
      middlewares: [warifu-clear, warifu-websocket, warifu]
      service: app${isSecure(site) ? '\n      tls: {}' : ''}

  middlewares:
    # What no client may bring: an empty value deletes.
    warifu-clear:
      headers:
        customRequestHeaders:
          # Who asks, by other names than those of this server.
          ${each('cleared', otherIdentity)}
          # Some frameworks take these for the method or the path; others were asked about.
          ${each('rewriting', rewriting)}
          ${line('cleared', h2cSettings)}

    # The connection to the app becomes a WebSocket when the client asks for that, and never anything else: the requests in
    # such a connection, as h2c has them, would be asked about by nobody; the question itself does not carry Upgrade.
    warifu-websocket:
      headers:
        ${line('upgrade')}
    warifu-plain:
      headers:
        ${line('connection')}

    # The question whether a request may pass. What is not a yes is the answer to the client: 302 to the sign-in page with a
    # cookie, 401 or 403; without Warifu it is 500.
    warifu:
      forwardAuth:
        ${line('signIn')}
        ${line('body')}
        # Of the client's headers only these go into the question.
        authRequestHeaders:
          ${each('carried', asked)}
        # Each is replaced even when it is empty, so what a client sends of it never arrives.
        authResponseHeaders:
          ${each('identity', identity)}

  services:
    app:
      loadBalancer:
        passHostHeader: true
        servers:
          - url: ${app.origin}
${isSecure(site) ? tls : ''}`;
}
