import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { campaigns } from './campaigns.ts';
import { Random } from './random.ts';

/**
 * `npm run campaign -- NAME [--seed S] [--count N | --seconds S] [--slice]`: runs a campaign. On stdout a JSON summary
 * and, last, `N passed, N failed`; progress is on stderr.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    count: { type: 'string' },
    seconds: { type: 'string' },
    slice: { type: 'boolean', default: false },
  },
});

const campaign = campaigns.find(({ name }) => name === positionals[0]);
if (!campaign) {
  console.error('usage: npm run campaign -- NAME [--seed S] [--count N | --seconds S] [--slice]');
  for (const { name, description } of campaigns) console.error(`  ${name.padEnd(12)} ${description}`);
  process.exit(2);
}

const seed = values.seed === undefined ? randomInt(2 ** 31) : wholeNumber('--seed', values.seed);
const usual = values.slice ? campaign.slice : campaign.whole;
const size = {
  ...(values.count === undefined && values.seconds === undefined ? usual : {}),
  ...(values.count === undefined ? {} : { count: wholeNumber('--count', values.count) }),
  ...(values.seconds === undefined ? {} : { seconds: wholeNumber('--seconds', values.seconds) }),
};
const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)));

console.error(`campaign ${campaign.name}, seed ${seed}, ${JSON.stringify(size)}`);
const begin = performance.now();
const log = (text: string): void => console.error(`[${((performance.now() - begin) / 1000).toFixed(1).padStart(6)} s] ${text}`);
const { passed, failures, facts } = await campaign.run({ ...size, seed, random: new Random(seed), signal: stop.signal, log });
for (const failure of failures) console.error(`✗ ${failure}`);
const seconds = Math.round((performance.now() - begin) / 100) / 10;
console.log(JSON.stringify({ campaign: campaign.name, seed, ...size, seconds, passed, failed: failures.length, failures, facts }));
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;

function wholeNumber(option: string, text: string): number {
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  console.error(`${option} takes a whole number, not ${JSON.stringify(text)}`);
  process.exit(2);
}
