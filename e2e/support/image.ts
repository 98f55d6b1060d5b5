import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { layOutImage } from '../../scripts/image.ts';
import { root } from '../../scripts/processes.ts';
import { onPath } from '../../scripts/system-packages.ts';

/** What an image says of how it is run. */
export type ImageConfig = {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  Volumes: Record<string, object>;
  Healthcheck: { Test: string[] };
};

export type Image = {
  readonly config: ImageConfig;
  /** The files of a container of it. */
  readonly tree: string;
  /** Bytes of its layers as a registry keeps them. */
  compressedSize: () => number;
  /** Starts a container: what stands in `args` is put in the place of the image's own command. */
  run: (dataDir: string, env: Record<string, string>, args?: readonly string[]) => ChildProcess;
};

/** Builds the image with Buildah, without an engine, in a storage of its own below `folder`. */
export async function buildImage(folder: string): Promise<Image> {
  const context = await layOutImage();
  const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', 'vfs'];
  const buildah = (...args: string[]) =>
    execFileSync('buildah', [...storage, ...args], { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 24 }).trim();
  const options = ['--isolation', 'chroot', '--format', 'docker', '--file', 'Containerfile', '--tag', 'warifu'];
  buildah('bud', '--quiet', ...options, context);
  const inspected = JSON.parse(buildah('inspect', '--type', 'image', 'warifu')) as { Docker: { config: ImageConfig } };
  const { config } = inspected.Docker;
  const tree = buildah('mount', buildah('from', 'warifu'));
  // What every runtime mounts or makes in a container.
  for (const name of ['proc', 'dev']) mkdirSync(join(tree, name), { recursive: true });
  return {
    config,
    tree,
    compressedSize: () => {
      const target = join(folder, 'oci');
      buildah('push', '--quiet', 'warifu', `oci:${target}`);
      const blobs = join(target, 'blobs/sha256');
      return readdirSync(blobs).reduce((sum, blob) => sum + statSync(join(blobs, blob)).size, 0);
    },
    run: (dataDir, env, args = config.Cmd) => {
      const variables = [...config.Env, ...Object.entries(env).map(([name, value]) => `${name}=${value}`)];
      const command = [...config.Entrypoint, ...args];
      const inside = ['env', '-i', ...variables, onPath('chroot') ?? '', `--userspec=${config.User}`, tree, ...command];
      const shell = ['sh', '-euc', container, 'container', tree, dataDir, ...inside];
      return spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', ...shell]);
    },
  };
}

/** As `docker run --read-only --cap-drop ALL --security-opt no-new-privileges --volume DATA:/data` would have it. */
const container = `
tree=$1 data=$2
shift 2
mount --make-rprivate /
mount --bind "$tree" "$tree"
mount --bind "$data" "$tree/data"
mount --bind /dev "$tree/dev"
mount -t proc proc "$tree/proc"
mount -o remount,bind,ro "$tree"
exec setpriv --no-new-privs -- "$@"`;
