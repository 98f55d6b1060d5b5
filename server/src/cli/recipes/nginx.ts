import {
  asked,
  certificateFolder,
  forwarded,
  type Guard,
  h2cSettings,
  heading,
  isSecure,
  nameOf,
  portOf,
  type Recipe,
  rewriting,
  type Site,
} from './site.ts';

const variable = (header: string) => header.toLowerCase().replaceAll('-', '_');
const cleared = (header: string) => `proxy_set_header ${header} "";`;

/** nginx 1.22 or later, with `ngx_http_auth_request_module`, as Debian builds it. */
export const nginx: Recipe = {
  files: (site) => [{ path: `/etc/nginx/conf.d/${fileOf(site)}.conf`, text: text(site) }],
  lineFor,
};

/** Each site its own: one at another port would take the guard of the first away. */
function fileOf(site: Site): string {
  const { origin, hostname } = site.open;
  return origin === `https://${hostname}` ? hostname : nameOf(site);
}

function lineFor(site: Site, guard: Guard, header: string): string {
  const { open } = site;
  const scheme = open.protocol.slice(0, -1);
  const connection = `proxy_set_header Connection $connection_of_${nameOf(site)};`;
  const url = `proxy_set_header X-Original-URL ${open.origin}$request_uri;`;
  const upgraded = `proxy_set_header Upgrade $upgrade_of_${nameOf(site)};`;
  const told: Record<string, string> = {
    'X-Forwarded-For': '$remote_addr',
    'X-Forwarded-Host': open.host,
    'X-Forwarded-Port': portOf(open),
    'X-Forwarded-Proto': scheme,
  };
  const lines: Record<Guard, string> = {
    ask: 'auth_request /.warifu/ask;',
    aliases: 'underscores_in_headers off; ignore_invalid_headers on;',
    identity: `proxy_set_header ${header} $warifu_${variable(header)};`,
    told: `proxy_set_header ${header} $warifu_${variable(header)};`,
    cleared: cleared(header),
    rewriting: cleared(header),
    forwarded: `proxy_set_header ${header} ${told[header]};`,
    carried: `proxy_set_header ${header} $http_${variable(header)};`,
    askedMethod: 'proxy_set_header X-Original-Method $request_method;',
    askedUrl: url,
    askedAddress: 'proxy_set_header X-Forwarded-For $remote_addr;',
    uri: url,
    host: `proxy_set_header Host ${open.host};`,
    connection,
    upgrade: upgraded,
    opening: connection,
    protocol: upgraded,
    body: 'proxy_pass_request_body off; proxy_set_header Content-Length "";',
    signIn: 'error_page 401 = @warifu_sign_in;',
    cookie: 'add_header Set-Cookie $warifu_cookie always;',
  };
  return lines[guard];
}

function text(site: Site): string {
  const { open, app, warifu, warifuHost, identity, otherIdentity } = site;
  const line = (guard: Guard, header = '') => lineFor(site, guard, header);
  const each = (guard: Guard, headers: readonly string[]) =>
    headers.map((header) => line(guard, header)).join('\n        ');
  const ssl = `ssl_certificate     ${certificateFolder(site)}/fullchain.pem;
    ssl_certificate_key ${certificateFolder(site)}/privkey.pem;
    ssl_protocols       TLSv1.2 TLSv1.3;
`;
  const head = heading(site, 'nginx').map((said) => `# ${said}\n`);
  return `${head.join('')}
# The connection to the app becomes a WebSocket when the client asks for that, and never anything else: the requests in
# such a connection, as h2c has them, would be asked about by nobody. What else a client writes into Connection is not
# passed on: it could make the next program drop a header.
map $http_upgrade $upgrade_of_${nameOf(site)} {
    websocket websocket;
    default   '';
}
map $http_upgrade $connection_of_${nameOf(site)} {
    websocket Upgrade;
    default   '';
}

upstream warifu_for_${nameOf(site)} {
    server ${warifu.host};
    keepalive 32;
}

server {
    listen ${portOf(open)}${isSecure(site) ? ' ssl' : ''};
    server_name ${open.hostname.replace(/^\[|\]$/g, '')};
    ${isSecure(site) ? ssl : ''}
    # Remote_User and Remote.User: many programs read them as Remote-User. These are what nginx does anyway.
    ${line('aliases')}

    # The question whether a request may pass. Clients cannot call it.
    location = /.warifu/ask {
        internal;
        proxy_pass http://warifu_for_${nameOf(site)}/api/authz/auth-request;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        proxy_set_header Host ${warifuHost};
        proxy_connect_timeout 2s;
        proxy_read_timeout 10s;

        # The body stays here.
        ${line('body')}

        # Of the client's headers only these go into the question, so none can pretend to be one of the next three.
        proxy_pass_request_headers off;
        ${each('carried', asked)}
        ${line('askedMethod')}
        ${line('askedUrl')}
        ${line('askedAddress')}
    }

    location / {
        ${line('ask')}
        auth_request_set $warifu_location $upstream_http_location;
        auth_request_set $warifu_cookie $upstream_http_set_cookie;
        ${identity.map((header) => `auth_request_set $warifu_${variable(header)} $upstream_http_${variable(header)};`).join('\n        ')}

        # Not signed in: a browser goes to the sign-in page and comes back. No answer of Warifu: nobody passes.
        ${line('signIn')}
        error_page 500 = @warifu_down;
        # A location with add_header of its own must repeat this line.
        ${line('cookie')}

        proxy_pass ${app.origin};
        proxy_http_version 1.1;
        ${line('host')}
        ${line('upgrade')}
        ${line('connection')}
        ${line('cleared', h2cSettings)}

        # Who asks. Each is replaced even when it is empty, so what a client sends of it never arrives.
        ${each('identity', identity)}
        ${each('cleared', otherIdentity)}

        # The way that the request came.
        ${each('forwarded', forwarded)}

        # Some frameworks take these for the method or the path; others were asked about.
        ${each('rewriting', rewriting)}
    }

    location @warifu_sign_in {
        ${line('cookie')}
        if ($warifu_location) {
            return 302 $warifu_location;
        }
        return 401;
    }

    location @warifu_down {
        return 503;
    }
}
`.replace(/^[ \t]+$/gm, '');
}
