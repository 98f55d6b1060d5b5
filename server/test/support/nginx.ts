import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { freePort } from '../../../scripts/postgres.ts';

/** nginx with one port for each mistake; the name that it passes on is the right one, unless that is the mistake. */
export async function startNginx(behind: number, own: string) {
  const ports = {
    good: await freePort(),
    drops: await freePort(),
    passes: await freePort(),
    renames: await freePort(),
    tls: await freePort(),
  };
  const name = `proxy_set_header Host localhost:${behind};`;
  const forwarded = 'proxy_set_header X-Forwarded-For $remote_addr;';
  const block = (listen: string, lines: string) =>
    `server { listen 127.0.0.1:${listen}; ${lines} location / { proxy_pass http://127.0.0.1:${behind}; } }`;
  mkdirSync(own);
  const [key, cert] = [join(own, 'key.pem'), join(own, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '5',
    ...subject,
    '-keyout',
    key,
    '-out',
    cert,
  ]);
  const tls = `ssl_certificate ${cert}; ssl_certificate_key ${key};`;
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (path) => `${path}_temp_path ${own}/${path};`,
  );
  const config = `daemon off; pid ${own}/pid; error_log ${own}/error.log; events {} http { access_log off; ${temporary.join(' ')}
    ${block(String(ports.good), `${name} ${forwarded}`)}
    ${block(String(ports.drops), `${name} proxy_set_header X-Forwarded-For "";`)}
    ${block(String(ports.passes), name)}
    ${block(String(ports.renames), `proxy_set_header Host warifu.internal; ${forwarded}`)}
    ${block(`${ports.tls} ssl`, `${tls} ${name} ${forwarded}`)}
  }`;
  writeFileSync(join(own, 'nginx.conf'), config);
  const child = spawn('nginx', ['-p', own, '-c', join(own, 'nginx.conf'), '-e', join(own, 'error.log')], {
    stdio: 'inherit',
  });
  await vi.waitFor(() => fetch(`http://127.0.0.1:${ports.good}/healthz`), { timeout: 20_000, interval: 100 });
  const stop = async () => {
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('close', resolve));
  };
  return { ports, cert, stop };
}
