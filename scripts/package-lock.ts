import { readFileSync } from 'node:fs';

export type PackageJson = {
  readonly name: string;
  readonly version: string;
  readonly license?: string | undefined;
  readonly description?: string | undefined;
  readonly private?: boolean;
  readonly exports?: unknown;
  readonly sideEffects?: boolean;
  readonly engines?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
};

type Lock = { readonly lockfileVersion: number; readonly packages: Readonly<Record<string, Locked>> };
type Locked = Pick<PackageJson, 'dependencies' | 'optionalDependencies'>;

/** The lock file of a package: what the checkout's lock file says of its dependencies and of theirs. */
export function lockOf(manifest: PackageJson, lockFile: string): object {
  const { lockfileVersion, packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as Lock;
  const kept: Record<string, Locked> = {};
  const keep = ({ dependencies, optionalDependencies }: Locked) => {
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const path = `node_modules/${name}`;
      const locked = packages[path];
      if (!locked || path in kept) continue;
      kept[path] = locked;
      keep(locked);
    }
  };
  keep(manifest);
  const { name, version } = manifest;
  return { name, version, lockfileVersion, requires: true, packages: { '': manifest, ...kept } };
}
