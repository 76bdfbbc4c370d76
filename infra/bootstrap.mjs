/**
 * What every script of package.json goes through: finds or gets Node 24, installs node_modules when they are stale, and
 * runs the script given, or with --bin a program of node_modules, under that Node. Plain JavaScript without
 * dependencies, because it must run on Node 20 in a fresh clone.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wantedMajor = 24;
const logFile = join(root, '.kajitori/logs/install.log');

const logTailLines = 8;

/** Says which step failed, where its log is and how that ends, and what helps; and ends. */
function fail(step, remedy) {
  const log = existsSync(logFile)
    ? [`  log:    ${relative(process.cwd(), logFile)}`, ...tail(logFile).map((line) => `          ${line}`)]
    : [];
  console.error([`✗ ${step}`, ...log, `  remedy: ${remedy}`].join('\n'));
  process.exit(1);
}

function tail(file) {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-logTailLines).filter(Boolean);
}

/** Runs npm with its output in the log, and tells how long it took. */
function npm(step, args, env, remedy) {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const begin = performance.now();
  // `npm start --silent` would silence this log too.
  const { status, error } = spawnSync('npm', args, {
    cwd: root,
    env: { ...env, npm_config_loglevel: 'notice' },
    stdio: ['ignore', log, log],
  });
  if (error || status !== 0) fail(step, remedy);
  console.error(`✓ ${step} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
}

/** The Node to run everything with: this one if it is new enough, else 24 LTS from npm in `.tools`. */
function node24() {
  if (Number.parseInt(process.versions.node, 10) >= wantedMajor) return process.execPath;
  const name = `node-${process.platform}-${process.arch}`;
  const node = join(root, '.tools/node_modules', name, 'bin/node');
  if (!existsSync(node)) {
    const remedy = `install Node.js ${wantedMajor} or newer and put it on PATH, or make \`npm i --prefix .tools ${name}@${wantedMajor}\` work`;
    npm(
      `Node ${wantedMajor} from npm`,
      ['install', '--prefix', join(root, '.tools'), '--no-save', `${name}@${wantedMajor}`],
      process.env,
      remedy,
    );
  }
  return node;
}

/** Whether node_modules holds what the lock file says. npm notes there what it installed. */
function isInstalled() {
  const noted = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(noted)) return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const installed = JSON.parse(readFileSync(noted, 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, optional, link, resolved }]) => {
    if (!path.includes('node_modules/')) return true;
    // npm leaves out a workspace that is not there; waiting for it would install again each time.
    if (link && !existsSync(join(root, resolved, 'package.json'))) return true;
    const found = installed[path];
    return found ? link || found.version === version : optional === true;
  });
}

const node = node24();
const env = {
  ...process.env,
  PATH: [dirname(node), join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter),
  TURBO_TELEMETRY_DISABLED: '1',
  NODE_COMPILE_CACHE: join(root, '.turbo/compile-cache'),
};
if (!isInstalled()) {
  npm('npm packages', ['ci', '--no-audit', '--no-fund'], env, 'see the log; `npm ci` must pass');
}

const [target, ...rest] = process.argv.slice(2);
if (!target) fail('nothing to run', 'node infra/bootstrap.mjs SCRIPT.ts [ARGUMENT…]');
const command = target === '--bin' ? rest : [node, join(root, target), ...rest];
const child = spawn(command[0], command.slice(1), { cwd: root, env, stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal's Ctrl-C reaches the child by itself; this process only has to outlive it.
  process.on(signal, () => signal === 'SIGINT' || child.kill(signal));
}
child.on('error', (error) => fail(`cannot run ${command[0]}: ${error.message}`, 'npm ci'));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
