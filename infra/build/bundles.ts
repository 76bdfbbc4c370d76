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

/** Path from the root → when it last changed and its size. */
type Inputs = Record<string, string>;

/**
 * Bundles each app into one file NAME.js that runs with Node 24 alone, without node_modules, in `dist` or the folder given.
 * Bundles whose sources did not change are left alone. Answers the names.
 */
export async function buildBundles(root = process.cwd(), folder = join(root, 'dist')): Promise<string[]> {
  const names = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'src/main.ts')));
  if (await isUpToDate(root, folder, names)) return names;
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(names.map((name) => [name, `apps/${name}/src/main.ts`])),
    outdir: folder,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    external: optional,
    banner: { js: banner },
    logLevel: 'silent',
    metafile: true,
  });
  for (const file of installerFiles) await copyFile(join(root, 'infra/install', file), join(folder, file));
  const paths = [
    ...Object.keys(metafile.inputs),
    ...installerFiles.map((file) => `infra/install/${file}`),
    'infra/build/bundles.ts',
    'package-lock.json',
  ];
  const inputs: Inputs = Object.fromEntries(paths.map((path) => [path, stampOf(join(root, path))]));
  await writeFile(join(folder, inputsFile), JSON.stringify(inputs));
  return names;
}

async function isUpToDate(root: string, folder: string, names: string[]): Promise<boolean> {
  const file = join(folder, inputsFile);
  if (!existsSync(file)) return false;
  const inputs = JSON.parse(await readFile(file, 'utf8')) as Inputs;
  const made = [...names.map((name) => `${name}.js`), ...installerFiles];
  const entries = names.map((name) => `apps/${name}/src/main.ts`);
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
