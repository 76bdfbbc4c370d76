import { existsSync } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { StepError } from '../local/progress.ts';
import { runLogged } from '../local/run-logged.ts';
import type { ImageDefinition } from './definitions.ts';

/** Builds the root folder of an image and answers its tar archive, which the caller removes with its folder. */
export async function buildRootFileSystem(
  image: ImageDefinition,
  options: { root: string; log: string },
): Promise<{ archive: string } & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'kajitori-image-'));
  const target = join(folder, 'root');
  const archive = join(folder, 'root.tar');
  try {
    await mkdir(target);
    for (const name of image.packages) await unpackPackage(name, { folder, target, log: options.log });
    for (const [path, file] of Object.entries(image.files)) {
      const place = join(target, path);
      await mkdir(dirname(place), { recursive: true });
      if ('from' in file) await copyFile(join(options.root, file.from), place);
      else await writeFile(place, file.text);
      await chmod(place, path.startsWith('/bin/') ? 0o755 : 0o644);
    }
    for (const [path, to] of Object.entries(image.links)) {
      const place = join(target, path);
      await mkdir(dirname(place), { recursive: true });
      if (!existsSync(place)) await symlink(to, place);
    }
    for (const path of Object.keys(image.links)) await mustLead(target, path);
    await chmod(target, 0o755);
    if (existsSync(join(target, 'tmp'))) await chmod(join(target, 'tmp'), 0o1777);
    await runLogged('tar', ['-C', target, '--numeric-owner', '--owner=0', '--group=0', '-cf', archive, '.'], { log: options.log });
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return { archive, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** Follows a link as the image's own root would. @throws StepError when it leads nowhere: a package has its files elsewhere than we think. */
async function mustLead(target: string, path: string): Promise<void> {
  const hopsMax = 8;
  let place = path;
  for (let hop = 0; hop < hopsMax; hop += 1) {
    const found = await lstat(join(target, place)).catch(() => undefined);
    if (found === undefined) break;
    if (!found.isSymbolicLink()) return;
    place = resolve(dirname(place), await readlink(join(target, place)));
  }
  const remedy = 'the packages of this distribution have other files than the image is made from: mend infra/images/definitions.ts';
  throw new StepError(`${path} of the image leads to ${place}, where nothing is`, { remedy });
}

async function unpackPackage(name: string, { folder, target, log }: { folder: string; target: string; log: string }): Promise<void> {
  const downloads = join(folder, `package-${name}`);
  await mkdir(downloads);
  const remedy = 'images are made from Debian packages: run this on Debian or Ubuntu, with apt sources that work';
  // apt drops to a user of its own, who must be able to write here.
  await chmod(folder, 0o755);
  await chmod(downloads, 0o777);
  const download = (): Promise<void> => runLogged('apt-get', ['download', name], { log, cwd: downloads, remedy });
  try {
    await download();
  } catch {
    await runLogged('apt-get', ['update'], { log, remedy });
    await download();
  }
  const [archive] = await readdir(downloads);
  await runLogged('dpkg-deb', ['--extract', join(downloads, archive ?? ''), target], { log, remedy });
}
