// `npm run release [folder]`: the files of a release. Packages, a list of what is in them (SBOM), and checksums.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildAll } from './build.ts';
import { packages } from './package-build.ts';
import { root } from './processes.ts';

const folder = resolve(process.argv[2] ?? join(root, 'dist/release'));

await buildAll();
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const built of Object.values(packages)) npm('pack', built, '--pack-destination', folder);
// Of the checkout, not of the package: the libraries of server and console are in the package as code, no longer by name.
writeFileSync(join(folder, 'warifu.cdx.json'), npm('sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev'));
const sums = readdirSync(folder)
  .sort()
  .map(
    (name) =>
      `${createHash('sha256')
        .update(readFileSync(join(folder, name)))
        .digest('hex')}  ${name}\n`,
  );
writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
process.stdout.write(sums.join(''));

function npm(...args: string[]): string {
  return execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 2 ** 26,
  });
}
