import { availableParallelism } from 'node:os';
import { fuzzTargets } from '@kajitori/apiserver/fuzz';
import { type Campaign, type CampaignContext, type CampaignResult, Verdict } from '../campaign.ts';
import { watchedTarget } from '../fuzz/watched-target.ts';

export const fuzz: Campaign = {
  name: 'fuzz',
  description: 'every decoder of what strangers write, fed with what nobody would: no crash, no hang, no memory kept, no prototype touched',
  whole: { seconds: 600 },
  slice: { seconds: 2 },
  run,
};

/** `seconds` are those of each target; as many targets at once as there are processors. */
async function run({ seed, seconds = 600, random, signal, log }: CampaignContext): Promise<CampaignResult> {
  const verdict = new Verdict();
  let inputs = 0;
  const orders = fuzzTargets.map(({ name }) => ({ target: name, seed: random.integer(0, 2 ** 31 - 1), milliseconds: seconds * 1000 }));
  const next = orders.values();
  const line = async (): Promise<void> => {
    for (const order of next) {
      signal.throwIfAborted();
      const { runs, taken, find } = await watchedTarget(order, signal);
      inputs += runs;
      log(`${order.target}: ${runs} inputs, ${taken} of them taken${find === undefined ? '' : `; ${find}`}`);
      verdict.holds(`${order.target} takes or refuses whatever comes`, find === undefined, () => find ?? '');
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, line));
  return verdict.result({ seed, inputs });
}
