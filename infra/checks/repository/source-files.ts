import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SourceFile } from './rules.ts';

const leftOut = new Set(['node_modules', 'dist', 'coverage', 'package-lock.json', 'LICENSE']);
const textFile = /\.(ts|mjs|js|json|md|ya?ml|sql|sh|css|html|tf)$|\/(run|Dockerfile)$/;

/** Every text file of the tree that people write. Dot folders other than `.ci` hold what tools write. */
export function* sourceFiles(root: string, folder = ''): Generator<SourceFile> {
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (leftOut.has(entry.name)) continue;
    if (entry.isDirectory()) {
      if (!entry.name.startsWith('.') || entry.name === '.ci') yield* sourceFiles(root, path);
    } else if (entry.isFile() && textFile.test(`/${path}`)) {
      yield { path, text: readFileSync(join(root, path), 'utf8') };
    }
  }
}
