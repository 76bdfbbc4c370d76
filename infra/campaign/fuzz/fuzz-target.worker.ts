import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { parentPort, workerData } from 'node:worker_threads';
import { type FuzzTarget, fuzzTargets } from '@kajitori/apiserver/fuzz';
import { Random } from '../random.ts';
import { InputBoard } from './input-board.ts';
import { mutated } from './mutated.ts';
import { type Fuzzed, type FuzzOrder, inputBytesMax, shownInput } from './watched-target.ts';

/** Longest that one input of at most `inputBytesMax` may keep a processor busy. */
const inputMillisecondsMax = 1_000;
/** How much more memory a target may hold after its run than before. */
const keptBytesMax = 64 * 1024 * 1024;
/** Inputs that were taken, as seeds for further ones. */
const seedsMax = 500;

/** What every object has. */
const ownNames = Object.getOwnPropertyNames(Object.prototype).length;

const order = workerData as FuzzOrder;
const target = fuzzTargets.find(({ name }) => name === order.target);
if (target === undefined) throw new Error(`there is no decoder ${order.target}`);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
parentPort?.postMessage(fuzzed(target));

function fuzzed(of: FuzzTarget): Fuzzed {
  const random = new Random(order.seed);
  const board = new InputBoard(inputBytesMax, order.board);
  const seeds = [...of.corpus];
  const end = performance.now() + order.milliseconds;
  const before = heldBytes();
  const result: Fuzzed = { runs: 0, taken: 0 };
  for (; performance.now() < end; result.runs += 1) {
    const input = mutated(random.pick(seeds), random.pick(seeds), { random, words: of.words, bytesMax: inputBytesMax });
    board.write(input);
    const begun = processorMilliseconds();
    const problem = attempt(of, input, () => {
      result.taken += 1;
      if (seeds.length < seedsMax) seeds.push(input);
    });
    const spent = processorMilliseconds() - begun;
    const wrong = problem ?? (spent > inputMillisecondsMax ? `it took ${Math.round(spent)} ms` : undefined) ?? touchedPrototype();
    if (wrong !== undefined) return { ...result, find: `${wrong}; ${shownInput(input)}` };
  }
  const kept = heldBytes() - before;
  return kept > keptBytesMax ? { ...result, find: `it keeps ${Math.round(kept / 1024 / 1024)} MiB` } : result;
}

function attempt(of: FuzzTarget, input: Uint8Array, taken: () => void): string | undefined {
  try {
    of.run(input);
    taken();
  } catch (error) {
    if (!of.refuses(error)) return `it threw ${error instanceof Error ? `${error.name}: ${error.message}\n${error.stack}` : String(error)}`;
  }
  return undefined;
}

/** Of this thread: a machine with other work makes nobody slow. */
function processorMilliseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** What is held after everything that can go has gone. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

/** Whether every object has become more than it was. */
function touchedPrototype(): string | undefined {
  const names = Object.getOwnPropertyNames(Object.prototype);
  return names.length === ownNames ? undefined : `Object.prototype has got ${names.slice(ownNames).join(', ')}`;
}
