import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type FuzzTarget, fuzzTargets } from '@kajitori/apiserver/fuzz';
import { type Campaign, type CampaignContext, type CampaignResult, Verdict } from '../campaign.ts';
import { mutated } from '../fuzz/mutated.ts';
import type { Random } from '../random.ts';

/** Longest that one input of at most `inputBytesMax` may keep a process busy. */
const inputMillisecondsMax = 1_000;
const inputBytesMax = 64 * 1024;
/** How much more memory a target may hold after its run than before. */
const keptBytesMax = 64 * 1024 * 1024;
/** Inputs that were taken, as seeds for further ones. */
const seedsMax = 500;
/** Other work of this process gets its turn this often. */
const turnMilliseconds = 50;

export const fuzz: Campaign = {
  name: 'fuzz',
  description: 'every decoder of what strangers write, fed with what nobody would: no crash, no hang, no memory kept, no prototype touched',
  whole: { seconds: 600 },
  slice: { seconds: 2 },
  run,
};

/** `seconds` are those of each target. */
async function run({ seed, seconds = 600, random, signal, log }: CampaignContext): Promise<CampaignResult> {
  const verdict = new Verdict();
  let inputs = 0;
  for (const target of fuzzTargets) {
    signal.throwIfAborted();
    const own = random.fork();
    const { runs, taken, find } = await fuzzed(target, own, seconds * 1000, signal);
    inputs += runs;
    log(`${target.name}: ${runs} inputs, ${taken} of them taken${find === undefined ? '' : `; ${find}`}`);
    verdict.holds(`${target.name} takes or refuses whatever comes`, find === undefined, () => find ?? '');
  }
  return verdict.result({ seed, inputs });
}

interface Fuzzed {
  runs: number;
  taken: number;
  /** The first thing that was wrong, with the input that shows it. */
  find?: string;
}

async function fuzzed(target: FuzzTarget, random: Random, milliseconds: number, signal: AbortSignal): Promise<Fuzzed> {
  const seeds = [...target.corpus];
  const end = performance.now() + milliseconds;
  const before = heldBytes();
  const result: Fuzzed = { runs: 0, taken: 0 };
  for (let turnEnd = 0; performance.now() < end && !signal.aborted; result.runs += 1) {
    const input = mutated(random.pick(seeds), random.pick(seeds), { random, words: target.words, bytesMax: inputBytesMax });
    const begun = performance.now();
    const problem = attempt(target, input, (took) => {
      result.taken += 1;
      if (took && seeds.length < seedsMax) seeds.push(input);
    });
    const spent = performance.now() - begun;
    const wrong = problem ?? (spent > inputMillisecondsMax ? `it took ${Math.round(spent)} ms` : undefined) ?? touchedPrototype();
    if (wrong !== undefined)
      return { ...result, find: `${wrong}; input (base64): ${Buffer.from(input).toString('base64').slice(0, 4_000)}` };
    if (performance.now() < turnEnd) continue;
    await new Promise((resolve) => setImmediate(resolve));
    turnEnd = performance.now() + turnMilliseconds;
  }
  const kept = heldBytes() - before;
  return kept > keptBytesMax ? { ...result, find: `it keeps ${Math.round(kept / 1024 / 1024)} MiB` } : result;
}

function attempt(target: FuzzTarget, input: Uint8Array, taken: (keep: boolean) => void): string | undefined {
  try {
    target.run(input);
    taken(true);
  } catch (error) {
    if (!target.refuses(error))
      return `it threw ${error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error)}`;
  }
  return undefined;
}

/** What is held after everything that can go has gone. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

const ownNames = Object.getOwnPropertyNames(Object.prototype).length;

/** Whether every object has become more than it was. */
function touchedPrototype(): string | undefined {
  const names = Object.getOwnPropertyNames(Object.prototype);
  return names.length === ownNames ? undefined : `Object.prototype has got ${names.slice(ownNames).join(', ')}`;
}
