import { globSync, mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { buildServer } from '../scripts/build.ts';
import { onInterrupt, root } from '../scripts/processes.ts';
import { calls, health } from './candidates.ts';
import { loadCore } from './machine.ts';
import { behindProxy, checks, forwarded, importShop } from './scenarios/gate.ts';
import { createSignInWorld, inFlight, signIns } from './scenarios/sign-in.ts';
import { type CpuProfile, selfTimes } from './self-times.ts';
import { renderSection } from './table.ts';
import type { Candidate } from './turns.ts';
import { createWorld, type World } from './world.ts';

/**
 * Where the server's time goes: `node bench/profile.ts [sam|root|authKey|health|check|forward|sign-in] [seconds]`. Prints the functions
 * with the most time of their own; the file opens as a flame graph in the developer tools of Chromium.
 */

type What = 'sam' | 'root' | 'authKey' | 'health' | 'check' | 'forward' | 'sign-in';

const [what = 'sam', seconds = '10'] = process.argv.slice(2) as [What?, string?];
onInterrupt(() => Promise.resolve());
await buildServer();
const folder = makeFolder();
await loadProfiled(['--cpu-prof', `--cpu-prof-dir=${folder}`]);
const file = globSync(`${folder}/*.cpuprofile`)[0] ?? '';
const profile = JSON.parse(readFileSync(file, 'utf8')) as CpuProfile;
// The load came last, so the start is left out.
const rows = selfTimes(profile, Number(seconds) * 1e6);
const notes = [`The last ${seconds} s; flame graph: ${relative(root, file)}`];
console.log(renderSection({ title: `Self times under load: ${what}`, notes, rows }));

/** The profile is written when the server ends. */
async function loadProfiled(nodeArgs: readonly string[]): Promise<void> {
  const isSignIn = what === 'sign-in';
  await using world = await (isSignIn
    ? createSignInWorld(undefined, nodeArgs)
    : createWorld({ sessions: 1000, nodeArgs, env: behindProxy }));
  const connections = isSignIn ? inFlight : 50;
  await candidateOf(world).run({ seconds: Number(seconds), connections, core: loadCore });
}

function candidateOf(world: World): Candidate {
  if (what === 'health') return health(world);
  if (what === 'check') return checks(world, importShop(world, folder));
  if (what === 'forward') {
    importShop(world, folder);
    return forwarded(world);
  }
  return what === 'sign-in' ? signIns(world) : calls(world, what);
}

function makeFolder(): string {
  const parent = join(root, 'artifacts/profiles');
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, `${what}-`));
}
