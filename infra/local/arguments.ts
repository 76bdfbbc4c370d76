import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export interface StartArguments {
  detach: boolean;
  port: number | undefined;
  nodes: number | undefined;
  dataDirectory: string | undefined;
  /** The database was put back from a backup. */
  restored: boolean;
}

const nodesMax = 50;

const startUsage = `usage: npm start [-- OPTION…]
  --detach          return when everything is ready; npm stop ends it
  --port PORT       of the api (6443); the gateway takes the next
  --nodes N         agents on this machine (1); more than one need root, each has a Docker Engine of its own
  --data-dir PATH   where Postgres and the agents keep their data (.kajitori/data)
  --restored        the database was put back from a backup: what may have been lost is never numbered again (docs/backup-and-restore.md)
Port, nodes and data directory are remembered for the next start.`;

const stopUsage = `usage: npm stop [-- --all]
  --all             also removes the pods, engines and networks that npm start made; data and keys stay`;

export function startArguments(argv: string[]): StartArguments {
  const { values } = parse(startUsage, () =>
    parseArgs({
      args: argv,
      options: {
        detach: { type: 'boolean', default: false },
        port: { type: 'string' },
        nodes: { type: 'string' },
        'data-dir': { type: 'string' },
        restored: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  if (values.help) usage(startUsage, 0);
  return {
    detach: values.detach,
    port: numberIn(values.port, '--port', { min: 1, max: 65_000 }, startUsage),
    nodes: numberIn(values.nodes, '--nodes', { min: 0, max: nodesMax }, startUsage),
    dataDirectory: values['data-dir'] === undefined ? undefined : resolve(values['data-dir']),
    restored: values.restored,
  };
}

export function stopArguments(argv: string[]): { all: boolean } {
  const { values } = parse(stopUsage, () =>
    parseArgs({ args: argv, options: { all: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } }),
  );
  if (values.help) usage(stopUsage, 0);
  return { all: values.all };
}

function parse<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    console.error((error as Error).message);
    return usage(text, 2);
  }
}

function numberIn(value: string | undefined, option: string, { min, max }: { min: number; max: number }, text: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  console.error(`${option} takes a whole number from ${min} to ${max}, not ${JSON.stringify(value)}`);
  return usage(text, 2);
}

function usage(text: string, code: number): never {
  (code === 0 ? console.log : console.error)(text);
  process.exit(code);
}
