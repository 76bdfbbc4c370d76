import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What the unit tests of a part of the tree can depend on, as one hash each: its own files, those of the packages that it uses, at any distance, and what
 * holds for all. A package sees only what its package.json names, which `check:exports` and `check:imports` enforce, and reads no file outside of its folder
 * (the rule `inside-its-package`), so an equal hash means an equal result.
 */
export interface UnitPart {
  /** From the root, such as `packages/kinds`. */
  folder: string;
  hash: string;
}

/** Holds for every part. */
const everywhere = ['package-lock.json', 'package.json', 'tsconfig.json', 'vitest.config.ts', 'infra/checks/unit'];
/** What a part reads besides, where it is there. */
export const readOutside: Readonly<Record<string, readonly string[]>> = {
  'packages/kinds': ['../shared/kubernetes-api/facts.json'],
};
const leftOut = new Set(['node_modules', 'dist', 'coverage', '.git', '.turbo', '.tools', '.kajitori']);

interface Manifest {
  name: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
}

/** The parts of the tree that have unit tests. The tests of `infra` look at the whole tree. */
export function unitParts(root: string): UnitPart[] {
  const folders = ['apps', 'packages'].flatMap((above) => readdirSync(join(root, above)).map((name) => `${above}/${name}`));
  const packages = folders.filter((folder) => existsSync(join(root, folder, 'package.json')));
  const manifests = new Map(
    packages.map((folder) => [folder, JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest]),
  );
  const folderOf = new Map([...manifests].map(([folder, { name }]) => [name, folder]));
  const contents = new Map(packages.map((folder) => [folder, hashOfPaths(root, [folder])]));
  const common = [process.version, process.arch, hashOfPaths(root, everywhere)];
  const parts = packages.map((folder) => {
    const uses = reachable(folder, (one) => workspacesOf(manifests.get(one), folderOf));
    const texts = [...uses].sort().map((one) => `${one} ${contents.get(one)}`);
    return { folder, hash: digest([...common, ...texts, hashOfPaths(root, readOutside[folder] ?? [])]) };
  });
  return [
    ...parts,
    {
      folder: 'infra',
      hash: digest([
        ...common,
        hashOfPaths(
          root,
          readdirSync(root).filter((name) => !leftOut.has(name)),
        ),
      ]),
    },
  ];
}

function workspacesOf(manifest: Manifest | undefined, folderOf: ReadonlyMap<string, string>): string[] {
  const names = Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies });
  return names.map((name) => folderOf.get(name)).filter((folder) => folder !== undefined);
}

/** The start and all that it leads to. */
function reachable(start: string, next: (one: string) => string[]): Set<string> {
  const found = new Set([start]);
  for (const one of found) for (const other of next(one)) found.add(other);
  return found;
}

/** Of the names and contents of all files at or below the paths; what is not there counts as absent. */
function hashOfPaths(root: string, paths: readonly string[]): string {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((one) => filesBelow(root, one)).sort())
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  return hash.digest('hex');
}

function filesBelow(root: string, path: string): string[] {
  const place = join(root, path);
  if (!existsSync(place)) return [];
  try {
    const entries = readdirSync(place, { withFileTypes: true }).filter(({ name }) => !leftOut.has(name));
    return entries.flatMap((entry) =>
      entry.isDirectory() ? filesBelow(root, `${path}/${entry.name}`) : entry.isFile() ? [`${path}/${entry.name}`] : [],
    );
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') return [path];
    throw error;
  }
}

function digest(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('hex');
}
