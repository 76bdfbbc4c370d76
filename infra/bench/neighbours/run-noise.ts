import { readFileSync } from 'node:fs';
import { noises } from './noises.ts';
import { NoisyClient } from './noisy-client.ts';

/** `run-noise.ts TARGET-FILE NOISE…`: makes these noises at a cluster until SIGTERM, then prints how often it was answered what. */
const [file = '', ...names] = process.argv.slice(2);
const client = new NoisyClient(JSON.parse(readFileSync(file, 'utf8')) as ConstructorParameters<typeof NoisyClient>[0]);
const stop = new AbortController();
process.once('SIGTERM', () => {
  stop.abort();
  console.log(JSON.stringify(Object.fromEntries(client.answers)));
  process.exit(0);
});
await Promise.all(names.map((name) => noises[name]?.(client, stop.signal) ?? Promise.reject(new Error(`no noise named ${name}`))));
