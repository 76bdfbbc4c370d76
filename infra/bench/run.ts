import { groups } from './groups.ts';
import { completed, reaches } from './measurement.ts';
import type { Measurement } from './measurement.ts';

/**
 * `npm run bench [-- GROUP…]`: on stdout one JSON object a line, nothing else; progress is on stderr. Fails when a
 * group cannot be measured, not when a goal is missed.
 */
const asked = process.argv.slice(2);
/** `api` asks for `api.lists` too. */
const asksFor = (name: string, group: string): boolean => group === name || group.startsWith(`${name}.`);
const unknown = asked.filter((name) => !groups.some((group) => asksFor(name, group.name)));
if (unknown.length > 0) {
  console.error(`no group named ${unknown.join(', ')}; there are:`);
  for (const { name, description } of groups) console.error(`  ${name.padEnd(12)} ${description}`);
  process.exit(2);
}

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort(new Error(signal)));
for (const group of groups.filter(({ name }) => asked.length === 0 || asked.some((one) => asksFor(one, name)))) {
  console.error(`▶ ${group.name}: ${group.description}`);
  const log = (text: string): void => console.error(`  ${text}`);
  try {
    await group.run({ report: (measurement) => print(completed(measurement)), signal: stop.signal, log });
  } catch (error) {
    console.error(`✗ ${group.name} could not be measured:`, error);
    process.exitCode = 1;
  }
}

function print(line: Measurement): void {
  console.log(JSON.stringify(line));
  const figure = line.ratio === undefined ? `${line.value} ${line.unit}` : `${line.value} ${line.unit}, ${line.ratio} of the floor`;
  console.error(`  ${reaches(line) ? '✓' : '✗'} ${line.name}: ${figure} (goal ${line.better === 'lower' ? '≤' : '≥'} ${line.goal})`);
}
