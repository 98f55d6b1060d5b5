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

/** Envoy 1.35 or later: before that, no option keeps names such as `Remote.User` away. */
export const envoy: Recipe = {
  files: (site) => [{ path: '/etc/envoy/envoy.yaml', text: text(site) }],
  lineFor,
};

/** Envoy writes these itself for who is not trusted. */
const byItself = 'use_remote_address: true';

/** Any other value of `Upgrade` is refused, but `h2c` alone, which Envoy deletes. */
const upgraded = 'upgrade_configs: [{ upgrade_type: websocket }]';

const exactly = (header: string) => `- { exact: ${header.toLowerCase()}, ignore_case: true }`;

function lineFor({ open }: Site, guard: Guard, header: string): string {
  const lines: Record<Guard, string> = {
    ask: 'name: envoy.filters.http.ext_authz',
    aliases: '- remove_on_match: { key_matcher: { safe_regex: { regex: ".*[^a-z0-9:-].*" } } }',
    identity: `- remove: ${header.toLowerCase()}`,
    told: 'allowed_upstream_headers:',
    cleared: `- remove: ${header.toLowerCase()}`,
    rewriting: `- remove: ${header.toLowerCase()}`,
    forwarded: byItself,
    carried: exactly(header),
    askedMethod: 'path_prefix: /api/authz/ext-authz',
    askedUrl: 'path_prefix: /api/authz/ext-authz',
    askedAddress: byItself,
    uri: 'path_prefix: /api/authz/ext-authz',
    host: `domains: ["${open.host}"]`,
    connection: byItself,
    upgrade: upgraded,
    opening: upgraded,
    protocol: upgraded,
    body: 'http_service:',
    signIn: 'allowed_client_headers:',
    cookie: 'allowed_client_headers:',
  };
  return lines[guard];
}

function text(site: Site): string {
  const { open, app, warifu, identity, otherIdentity } = site;
  const line = (guard: Guard, header = '') => lineFor(site, guard, header);
  const each = (guard: Guard, headers: readonly string[]) =>
    headers.map((header) => line(guard, header)).join('\n                      ');
  const patterns = (headers: readonly string[], depth: number) => headers.map(exactly).join(`\n${' '.repeat(depth)}`);
  const folder = certificateFolder(site);
  const tls = `
          transport_socket:
            name: envoy.transport_sockets.tls
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext
              common_tls_context:
                tls_certificates:
                  - certificate_chain: { filename: ${folder}/fullchain.pem }
                    private_key: { filename: ${folder}/privkey.pem }`;
  return `${heading(site, 'envoy')
    .map((said) => `# ${said}\n`)
    .join('')}
static_resources:
  listeners:
    - name: guarded
      address: { socket_address: { address: "::", port_value: ${portOf(open)}, ipv4_compat: true } }
      filter_chains:
        - filters:
            - name: envoy.filters.network.http_connection_manager
              typed_config:
                "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
                stat_prefix: guarded

                # X-Forwarded-For and -Proto are those of the connection, not those of the client. To the question Envoy adds
                # its own address: that must be in WARIFU_TRUSTED_PROXIES too, or everybody seems to come from it.
                ${byItself}
                # One form of the path for all who read it.
                normalize_path: true
                merge_slashes: true
                path_with_escaped_slashes_action: REJECT_REQUEST
                strip_trailing_host_dot: true
                ${line('upgrade')}

                # Before anything reads the request:
                early_header_mutation_extensions:
                  - name: envoy.http.early_header_mutation.header_mutation
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation
                      mutations:
                      # Remote_User, Remote.User and the like: many programs read them as Remote-User. Since Envoy 1.35.
                      ${line('aliases')}
                      # Who asks is told by Warifu alone.
                      ${each('identity', identity)}
                      ${each('cleared', otherIdentity)}
                      # Some frameworks take these for the method or the path; others were asked about.
                      ${each('rewriting', rewriting)}
                      ${line('cleared', h2cSettings)}

                http_filters:
                  # The question whether a request may pass: without the body. No answer is a no.
                  - ${line('ask')}
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.ext_authz.v3.ExtAuthz
                      failure_mode_allow: false
                      status_on_error: { code: ServiceUnavailable }
                      # Of the client's headers these go into the question.
                      allowed_headers:
                        patterns:
                          ${patterns([...asked, 'X-Forwarded-For', 'X-Forwarded-Proto'], 26)}
                      ${line('body')}
                        ${line('askedUrl')}
                        server_uri: { uri: "${warifu.origin}", cluster: warifu, timeout: 10s }
                        authorization_response:
                          # Each is replaced even when it is empty.
                          allowed_upstream_headers:
                            patterns:
                              ${patterns(identity, 30)}
                          # Of an answer that is not a yes: to the sign-in page and back.
                          ${line('signIn')}
                            patterns:
                              ${patterns(['Location', 'Set-Cookie', 'WWW-Authenticate', 'Content-Type', 'Retry-After'], 30)}
                  - name: envoy.filters.http.router
                    typed_config:
                      "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router

                route_config:
                  virtual_hosts:
                    - name: guarded
                      ${line('host')}
                      routes: [{ match: { prefix: / }, route: { cluster: app, timeout: 0s } }]${isSecure(site) ? tls : ''}

  clusters:
    - name: warifu
      type: STRICT_DNS
      connect_timeout: 2s
      load_assignment:
        cluster_name: warifu
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: "${warifu.hostname}", port_value: ${portOf(warifu)} } } } }] }]
    - name: app
      type: STRICT_DNS
      connect_timeout: 5s
      load_assignment:
        cluster_name: app
        endpoints: [{ lb_endpoints: [{ endpoint: { address: { socket_address: { address: "${app.hostname}", port_value: ${portOf(app)} } } } }] }]
`;
}
