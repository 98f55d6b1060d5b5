import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { root } from '../scripts/processes.ts';
import { onPath } from '../scripts/system-packages.ts';
import { launch, program, serverEnv, temporaryFolder } from './support/server.ts';

const manifests = join(root, 'contrib/kubernetes/warifu.yaml');
const databaseUrl = 'postgres://warifu:secret@database:5432/warifu';

test.each(['compose.yaml', 'compose.postgres.yaml'])('%s is understood by Compose, and by Warifu', async (file) => {
  const folder = join(root, 'contrib/compose');
  const compose = run('docker-compose', ['--file', join(folder, file), 'config']);
  expect([compose.status, compose.stderr]).toEqual([0, '']);
  const { services } = parse(compose.stdout) as { services: { warifu: Service } };
  const { environment, ...service } = services.warifu;
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  // As the image has it, with the secrets where this machine can have them.
  const secrets = temporaryFolder('secrets');
  writeFileSync(join(secrets, 'database-url'), databaseUrl);
  const given = Object.entries(environment).map(([name, value]) => [name, value.replace('/run/secrets', secrets)]);
  expect(await check({ WARIFU_HOST: '0.0.0.0', ...Object.fromEntries(given) })).toEqual([0, expect.anything()]);
});

test('the unit is understood by systemd, exposes little, and by Warifu', async () => {
  const unit = readFileSync(join(root, 'contrib/systemd/warifu.service'), 'utf8');
  const folder = temporaryFolder('unit');
  const copy = join(folder, 'warifu.service');
  // Every credential that is offered is taken.
  writeFileSync(copy, unit.replace(/^#(LoadCredential=)/gm, '$1'));
  expect(run('systemd-analyze', ['verify', '--man=no', copy])).toMatchObject({ status: 0, stderr: '' });
  const security = run('systemd-analyze', ['security', '--offline=true', '--threshold=15', '--no-pager', copy]);
  expect([security.status, security.stdout]).toEqual([0, expect.anything()]);

  const credentials = [...unit.matchAll(/^#?LoadCredential=([^:]+):/gm)].map((match) => match[1] ?? '');
  expect(credentials.sort()).toEqual(['warifu.database-url', 'warifu.keys', 'warifu.smtp-url']);
  writeFileSync(join(folder, 'warifu.database-url'), databaseUrl);
  writeFileSync(join(folder, 'warifu.smtp-url'), 'smtp://localhost');
  const variables = [...unit.matchAll(/^Environment=(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]);
  expect(variables.length).toBeGreaterThan(0);
  const env = { CREDENTIALS_DIRECTORY: folder, ...Object.fromEntries(variables) } as Record<string, string>;
  expect(await check(env)).toEqual([0, expect.anything()]);
});

test('the manifests for Kubernetes are strict, and understood by Warifu', async () => {
  const documents = parseAllDocuments(readFileSync(manifests, 'utf8'), { version: '1.1' });
  const objects = documents.map((document) => document.toJS() as { kind: string; spec: { template: { spec: Pod } } });
  expect(objects.map(({ kind }) => kind)).toEqual(['Service', 'Deployment', 'Ingress']);
  const pod = objects[1]?.spec.template.spec;
  expect(pod).toMatchObject({
    automountServiceAccountToken: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: 10_001,
      fsGroup: 10_001,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [
      {
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        },
        livenessProbe: { httpGet: { path: '/healthz', port: 'http' } },
        readinessProbe: { httpGet: { path: '/readyz', port: 'http' } },
      },
    ],
    volumes: [{ name: 'data' }, { name: 'secrets', projected: { defaultMode: 0o440 } }],
  });
  const folder = temporaryFolder('kubernetes');
  writeFileSync(join(folder, 'database-url'), databaseUrl);
  writeFileSync(join(folder, 'smtp-url'), 'smtps://warifu:secret@smtp.example.com:465');
  const env = pod?.containers[0]?.env.map(({ name, value }) => [name, value.replace('/run/secrets/warifu', folder)]);
  expect(await check({ WARIFU_HOST: '0.0.0.0', ...Object.fromEntries(env ?? []) })).toEqual([0, expect.anything()]);
});

// Debian has no Helm.
test.skipIf(onPath('helm') === undefined)('the manifests are what the Helm chart renders', () => {
  const chart = join(root, 'contrib/helm/warifu');
  const values = ['--values', join(root, 'contrib/kubernetes/values.yaml')];
  expect(run('helm', ['lint', '--strict', chart, ...values])).toMatchObject({ status: 0 });
  const template = (...more: string[]) => run('helm', ['template', 'warifu', chart, '--kube-version', '1.30', ...more]);
  expect(template(...values).stdout).toBe(readFileSync(manifests, 'utf8'));
  expect(template('--set', 'baseUrl=http://localhost:8787').stdout).toContain('kind: PersistentVolumeClaim');
  expect(template().stderr).toContain('baseUrl is required');
  expect(template('--set', 'baseUrl=https://id.example.com').stderr).toContain('secrets.smtp.name is required');
  const two = ['--set', 'baseUrl=http://localhost:8787', '--set', 'replicas=2'];
  expect(template(...two).stderr).toContain('more than one needs');
});

type Pod = { containers: { env: { name: string; value: string }[] }[] };
type Service = { environment: Record<string, string>; [more: string]: unknown };

function run(command: string, args: readonly string[]) {
  return spawnSync(command, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } });
}

/** What the settings are worth to Warifu itself. */
async function check(env: Record<string, string>): Promise<[number, string]> {
  const { WARIFU_PORT: _, WARIFU_BASE_URL: __, WARIFU_DATA_DIR: ___, ...machine } = serverEnv(0, '');
  const running = launch([program, 'config', 'check'], { ...machine, ...env });
  return [await running.exit, running.output()];
}
