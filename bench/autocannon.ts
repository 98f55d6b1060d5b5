import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/** Runs in a process of its own, on the core of the load: `autocannon.ts <library> <options as JSON>`. */
type Autocannon = { readonly default: (options: object) => Promise<object> };

const [library = '', file = ''] = process.argv.slice(2);
const { default: autocannon } = (await import(pathToFileURL(library).href)) as Autocannon;
process.stdout.write(`${JSON.stringify(await autocannon(JSON.parse(readFileSync(file, 'utf8')) as object))}\n`);
