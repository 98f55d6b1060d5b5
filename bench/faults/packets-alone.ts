// Run by `packets.ts` in a network of its own: rounds; prints the findings as JSON.
import { tryAlone } from './packets.ts';

console.log(JSON.stringify(await tryAlone(Number(process.argv[2]))));
