import { existsSync, readdirSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Native and optional parts that packages load only if they are there. */
const optional = ['*.node', 'cpu-features', 'bufferutil', 'utf-8-validate'];
/** CommonJS packages inside an ES module still ask for `require`. */
const banner = "import { createRequire as nodeCreateRequire } from 'node:module'; const require = nodeCreateRequire(import.meta.url);";

/** What the API serves at /install beside the agent's bundle. */
const installerFiles = ['install.sh', 'remove-containers.mjs'];

/**
 * Bundles each app into one file NAME.js that runs with Node 24 alone, without node_modules, in `dist` or the folder given.
 * Answers the names.
 */
export async function buildBundles(root = process.cwd(), folder = join(root, 'dist')): Promise<string[]> {
  const names = readdirSync(join(root, 'apps')).filter((name) => existsSync(join(root, 'apps', name, 'src/main.ts')));
  await build({
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
  });
  for (const file of installerFiles) await copyFile(join(root, 'infra/install', file), join(folder, file));
  return names;
}
