import { readdir, writeFile } from 'node:fs/promises';
import { pendingMigration, snapshotFile } from './migration.ts';

/** `npm run generate -w packages/accounts -- NAME`: writes migrations/01NN_NAME.sql for what changed in src/schema. */
const name = process.argv[2];
if (name === undefined || !/^[a-z0-9_]+$/.test(name)) throw new Error('usage: generate NAME, in lower case with underscores');

const folder = new URL('../../../migrations/', import.meta.url);
const { statements, snapshot } = await pendingMigration();
if (statements.length === 0) {
  process.stderr.write('src/schema says nothing new\n');
} else {
  const taken = (await readdir(folder)).map((file) => /^01(\d\d)_/.exec(file)?.[1]).map(Number);
  const number = Math.max(-1, ...taken.filter(Number.isInteger)) + 1;
  const file = `01${String(number).padStart(2, '0')}_${name}.sql`;
  await writeFile(new URL(file, folder), `-- Made by drizzle-kit from packages/accounts/src/schema.\n${statements.join('\n')}\n`);
  await writeFile(snapshotFile, `${JSON.stringify(snapshot, null, 1)}\n`);
  process.stderr.write(`wrote migrations/${file}\n`);
}
