import {
  asked,
  certificateFolder,
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

const script = '/etc/haproxy/warifu.lua';

/** HAProxy 2.6 or later, built with Lua, as Debian has it; it has no question to another server of its own. */
export const haproxy: Recipe = {
  files: (site) => [
    { path: '/etc/haproxy/haproxy.cfg', text: text(site) },
    { path: script, text: lua(site) },
  ],
  lineFor,
};

const deleted = (header: string) => `http-request del-header ${header}`;

function lineFor({ open }: Site, guard: Guard, header: string): string {
  const upgraded = 'http-request set-header Connection Upgrade if { req.hdr(Upgrade) -m found }';
  const told: Record<string, string> = {
    'X-Forwarded-For': '%[src]',
    'X-Forwarded-Host': open.host,
    'X-Forwarded-Port': portOf(open),
    'X-Forwarded-Proto': open.protocol.slice(0, -1),
  };
  const lines: Record<Guard, string> = {
    ask: 'http-request lua.warifu',
    aliases: 'http-request del-header [^A-Za-z0-9-] -m reg',
    identity: `"${header}",`,
    told: `"${header}",`,
    cleared: deleted(header),
    rewriting: deleted(header),
    forwarded: `http-request set-header ${header} ${told[header]}`,
    carried: `"${header.toLowerCase()}",`,
    askedMethod: '["x-forwarded-method"] = { txn.sf:method() },',
    askedUrl: '["x-forwarded-uri"] = { txn.sf:pathq() },',
    askedAddress: '["x-forwarded-for"] = { txn.sf:src() },',
    uri: 'http-request set-uri %[pathq]',
    host: `http-request set-header Host ${open.host}`,
    connection: 'http-request del-header Connection unless { req.hdr(Upgrade) -m found }',
    upgrade: upgraded,
    opening: upgraded,
    protocol:
      'http-request del-header Upgrade unless { req.fhdr_cnt(Upgrade) eq 1 } { req.fhdr(Upgrade) -m str -i websocket }',
    body: 'default_backend',
    signIn: 'txn:done(reply)',
    cookie: 'local passed = { "location", "set-cookie", "www-authenticate", "content-type", "retry-after" }',
  };
  return lines[guard];
}

function text(site: Site): string {
  const { app, otherIdentity } = site;
  const name = nameOf(site);
  const line = (guard: Guard, header = '') => lineFor(site, guard, header);
  const each = (guard: Guard, headers: readonly string[]) =>
    headers.map((header) => line(guard, header)).join('\n    ');
  const crt = isSecure(site)
    ? ` ssl crt ${certificateFolder(site)}/haproxy.pem alpn h2,http/1.1    # certificate and key in one file`
    : '';
  return `${heading(site, 'haproxy')
    .map((said) => `# ${said}\n`)
    .join('')}# The script that it loads: npx warifu proxy-config haproxy … --file warifu.lua > ${script}

global
    lua-load-per-thread ${script}

defaults
    mode http
    timeout connect 5s
    timeout client  60s
    timeout server  60s
    timeout tunnel  1h
    timeout http-request 10s

frontend guarded_${name}
    bind :${portOf(site.open)}${crt}

    # One form of the URL for all who read it.
    ${line('uri')}
    ${line('host')}

    # Remote_User, Remote.User and the like: many programs read them as Remote-User.
    ${line('aliases')}

    # Who asks is told by Warifu alone: the script replaces the headers of this server, these are those of others.
    ${each('cleared', otherIdentity)}

    # Some frameworks take these for the method or the path; others were asked about.
    ${each('rewriting', rewriting)}

    # The way that the request came.
    ${each('forwarded', ['X-Forwarded-For', 'X-Forwarded-Host', 'X-Forwarded-Port', 'X-Forwarded-Proto'])}

    # The connection to the app becomes a WebSocket when the client asks for that, and never anything else: the requests
    # in such a connection, as h2c has them, would be asked about by nobody. What else a client writes into Connection is
    # not passed on: it could make the next program drop a header.
    ${line('protocol')}
    ${line('upgrade')}
    ${line('connection')}
    ${line('cleared', h2cSettings)}

    # The question whether a request may pass. The second line refuses what the script has not let pass, even when the
    # script itself fails.
    ${line('ask')}
    http-request deny deny_status 503 unless { var(txn.warifu_allowed) -m bool }

    default_backend app_${name}

backend app_${name}
    server app ${app.hostname}:${portOf(app)}
`;
}

function lua(site: Site): string {
  const { open, warifu, warifuHost, identity } = site;
  const line = (guard: Guard, header = '') => lineFor(site, guard, header);
  const list = (guard: Guard, names: readonly string[]) =>
    `{\n${names.map((name) => `  ${line(guard, name)}\n`).join('')}}`;
  return `${heading(site, 'haproxy')
    .map((said) => `-- ${said}\n`)
    .join('')}
-- Of the client's headers only these go into the question: none can pretend to be what HAProxy says of the request.
local asked = ${list('carried', asked)}

-- Who asks. Each is replaced even when it is empty, so what a client sends of it never arrives.
local identity = ${list('identity', identity)}

-- Of an answer that is not a yes, this goes to the client.
${line('cookie')}
local statuses = { [302] = true, [400] = true, [401] = true, [403] = true, [503] = true }

core.register_action("warifu", { "http-req" }, function(txn)
  local given = txn.http:req_get_headers()
  local headers = {
    ["host"] = { "${warifuHost}" },
    ${line('askedMethod')}
    ["x-forwarded-proto"] = { "${open.protocol.slice(0, -1)}" },
    ["x-forwarded-host"] = { "${open.host}" },
    ${line('askedUrl')}
    ${line('askedAddress')}
  }
  for _, name in ipairs(asked) do
    if given[name] then
      headers[name] = {}
      for _, value in pairs(given[name]) do table.insert(headers[name], value) end
    end
  end

  local answer = core.httpclient():get{
    url = "${warifu.origin}/api/authz/forward-auth",
    headers = headers,
    -- For each of four tries.
    timeout = 2500,
  }

  if answer.status == 200 then
    for _, name in ipairs(identity) do
      local values = answer.headers[name:lower()]
      txn.http:req_set_header(name, values and values[0] or "")
    end
    txn:set_var("txn.warifu_allowed", true)
    return
  end

  -- What is neither a yes nor a no, or no answer at all, is refused.
  local reply = txn:reply{ status = statuses[answer.status] and answer.status or 503 }
  for _, name in ipairs(passed) do
    for _, value in pairs(answer.headers and answer.headers[name] or {}) do reply:add_header(name, value) end
  end
  reply:set_body(answer.body or "")
  ${line('signIn')}
end)
`;
}
