import { readFileSync } from 'node:fs';
import { library } from './libraries.ts';

/** Runs in a process of its own, on the core of the load: `autocannon.ts <file with the options as JSON>`. */
type Autocannon = { readonly default: (options: object) => Promise<object> };

const { default: autocannon } = await library<Autocannon>('autocannon');
const options = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as object;
process.stdout.write(`${JSON.stringify(await autocannon(options))}\n`);
