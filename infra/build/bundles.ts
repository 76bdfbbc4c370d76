import { existsSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Native and optional parts that packages load only if they are there. */
const optional = ['*.node', 'cpu-features', 'bufferutil', 'utf-8-validate'];
/** CommonJS packages inside an ES module still ask for `require`. */
const banner = "import { createRequire as nodeCreateRequire } from 'node:module'; const require = nodeCreateRequire(import.meta.url);";

/** What the API serves at /install beside the agent's bundle. */
const installerFiles = ['install.sh', 'remove-containers.mjs'];
/** Beside the bundles: what they were made from. */
const inputsFile = 'inputs.json';

const mainOf = (app: string): string => `apps/${app}/src/main.ts`;
/** The CLI has a name of its own, and people run it with whatever Node they have. */
const bundleName = (app: string): string => (app === 'cli' ? 'kaji' : app);
const targetOf = (app: string): string => (app === 'cli' ? 'node20' : 'node24');

/** Path from the root → when it last changed and its size. */
type Inputs = Record<string, string>;

/**
 * Bundles each app into one file NAME.js that runs with Node 24 alone (kaji: 20 or newer), without node_modules, in `dist` or the folder given.
 * Bundles whose sources did not change are left alone. Answers the names.
 */
export async function buildBundles(root = process.cwd(), folder = join(root, 'dist')): Promise<string[]> {
  const names = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'src/main.ts')));
  if (await isUpToDate(root, folder, names)) return names.map(bundleName);
  await mkdir(folder, { recursive: true });
  const chosen = (target: string) =>
    Object.fromEntries(names.filter((name) => targetOf(name) === target).map((name) => [bundleName(name), mainOf(name)]));
  const builds = await Promise.all(
    ['node24', 'node20'].map((target) =>
      build({
        absWorkingDir: root,
        entryPoints: chosen(target),
        outdir: folder,
        bundle: true,
        platform: 'node',
        target,
        format: 'esm',
        external: optional,
        banner: { js: banner },
        logLevel: 'silent',
        metafile: true,
      }),
    ),
  );
  for (const file of installerFiles) await copyFile(join(root, 'infra/install', file), join(folder, file));
  const paths = [
    ...builds.flatMap(({ metafile }) => Object.keys(metafile.inputs)),
    ...installerFiles.map((file) => `infra/install/${file}`),
    'infra/build/bundles.ts',
    'package-lock.json',
  ];
  const inputs: Inputs = Object.fromEntries(paths.map((path) => [path, stampOf(join(root, path))]));
  await writeFile(join(folder, inputsFile), JSON.stringify(inputs));
  return names.map(bundleName);
}

async function isUpToDate(root: string, folder: string, names: string[]): Promise<boolean> {
  const file = join(folder, inputsFile);
  if (!existsSync(file)) return false;
  const inputs = JSON.parse(await readFile(file, 'utf8')) as Inputs;
  const made = [...names.map((name) => `${bundleName(name)}.js`), ...installerFiles];
  const entries = names.map(mainOf);
  return (
    made.every((name) => existsSync(join(folder, name))) &&
    entries.every((path) => path in inputs) &&
    Object.entries(inputs).every(([path, stamp]) => stampOf(join(root, path)) === stamp)
  );
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : 'absent';
}
