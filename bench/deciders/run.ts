import { casbin } from './casbin.ts';
import { casl } from './casl.ts';
import { cedar } from './cedar.ts';
import type { Subject } from './subject.ts';
import { subjects } from './warifu.ts';

/** Does one kind of work for a while and prints its rate: `run.ts <seconds> <ignored> <subject>`. */
const [seconds, , name = ''] = process.argv.slice(2);
const peers: Readonly<Record<string, () => Promise<Subject>>> = { casl, casbin, cedar };
const open = subjects[name] ?? peers[name];
if (!open) throw new Error(`${name} is not known`);
const subject = await open();

const agreed = subjects['hot']?.().answers?.();
if (peers[name] && JSON.stringify(subject.answers?.()) !== JSON.stringify(agreed)) {
  throw new Error(`${name} does not decide what the permission says`);
}

const length = Number(seconds) * 1000;
let allowed = 0;
for (let i = 0; i < (subject.warmUp ?? 0); i++) count(subject.run(i));
work(length / 4);
const perSecond = work(length);
process.stdout.write(
  `${JSON.stringify({ perSecond, p50: Number.NaN, p99: Number.NaN, busy: 1, refused: 0, allowed })}\n`,
);

/** Times a second of processor time, so that other work on the machine counts little. */
function work(milliseconds: number): number {
  let [times, batch] = [0, 1];
  const before = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  for (let used = 0; used < milliseconds; used = spent()) {
    for (let i = 0; i < batch; i++) count(subject.run(times + i));
    times += batch;
    if (used < milliseconds / 100) batch *= 2;
  }
  return times / (spent() / 1000);
}

function count(yes: boolean): void {
  if (yes) allowed++;
}
