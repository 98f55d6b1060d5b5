import {
  certificateFolder,
  type Guard,
  h2cSettings,
  heading,
  isSecure,
  type Recipe,
  rewriting,
  type Site,
} from './site.ts';

/** Caddy 2.6 or later. */
export const caddy: Recipe = {
  files: (site) => [{ path: '/etc/caddy/Caddyfile', text: text(site) }],
  lineFor,
};

/** Characters that a name may have and programs read as `-` (RFC 9110 §5.6.2). */
const marks = Array.from("_.!#$%&'*+^|~`");

/** Caddy writes these anew by itself, as long as `trusted_proxies` does not name the client. */
const byItself = '# no trusted_proxies, unless a load balancer stands before Caddy';

function lineFor({ open, warifu, app, identity }: Site, guard: Guard, header: string): string {
  const ask = `forward_auth ${warifu.origin} {`;
  const url = `header_up X-Forwarded-Host ${open.host}`;
  const mark = marks.find((each) => header.includes(each)) ?? '_';
  const lines: Record<Guard, string> = {
    ask,
    aliases: mark === '`' ? 'request_header "-*`*"' : `request_header -*${mark}*`,
    identity: `request_header -${header}`,
    told: `copy_headers ${identity.join(' ')}`,
    cleared: `request_header -${header}`,
    rewriting: `request_header -${header}`,
    forwarded: header === 'X-Forwarded-Port' ? `request_header -${header}` : byItself,
    // It sends the headers of the client, X-Forwarded-Method and X-Forwarded-Uri by itself.
    carried: ask,
    askedMethod: ask,
    askedUrl: url,
    askedAddress: byItself,
    uri: url,
    host: `${open.origin} {`,
    connection: 'request_header @plain -Connection',
    upgrade: 'request_header @websocket Upgrade websocket',
    opening: 'request_header @websocket Connection Upgrade',
    protocol: 'request_header @plain -Upgrade',
    body: `reverse_proxy ${app.origin}`,
    signIn: 'uri /api/authz/forward-auth',
    cookie: 'uri /api/authz/forward-auth',
  };
  return lines[guard];
}

function text(site: Site): string {
  const { identity, otherIdentity, warifuHost } = site;
  const line = (guard: Guard, header = '') => lineFor(site, guard, header);
  const each = (guard: Guard, headers: readonly string[]) =>
    headers.map((header) => line(guard, header)).join('\n\t\t');
  const folder = certificateFolder(site);
  const tls = `	# Leave this line out where the internet reaches this host by its name: Caddy gets a certificate by itself.
	tls ${folder}/fullchain.pem ${folder}/privkey.pem

`;
  return `${heading(site, 'caddy')
    .map((said) => `# ${said}\n`)
    .join('')}
${line('host')}
${isSecure(site) ? tls : ''}	${byItself}
	route {
		# Remote_User, Remote.User and the like: many programs read them as Remote-User.
		${marks.map((mark) => line('aliases', mark)).join('\n\t\t')}

		# Who asks is told by Warifu alone.
		${each('identity', identity)}
		${each('cleared', otherIdentity)}

		# Some frameworks take these for the method or the path; others were asked about.
		${each('rewriting', rewriting)}
		${line('forwarded', 'X-Forwarded-Port')}

		# The connection to the app becomes a WebSocket when the client asks for that, and never anything else: the requests
		# in such a connection, as h2c has them, would be asked about by nobody. What else a client writes into Connection is
		# not passed on: it makes the next program drop a header.
		@websocket header_regexp Upgrade (?i)^websocket$
		@plain not header_regexp Upgrade (?i)^websocket$
		${line('upgrade')}
		${line('opening')}
		${line('connection')}
		${line('protocol')}
		${line('cleared', h2cSettings)}

		# The question whether a request may pass: without the body, with the method and the path as they came. What is not
		# a yes is the answer to the client: 302 to the sign-in page with a cookie, 401, 403, or 502 without Warifu.
		${line('ask')}
			${line('signIn')}
			${line('askedUrl')}
			header_up Host ${warifuHost}
			${line('told')}
			transport http {
				dial_timeout 2s
				response_header_timeout 10s
			}
		}

		${line('body')}
	}
}
`;
}
