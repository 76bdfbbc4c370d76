#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `npx kaji` in a checkout: the bundle that the last build or start made. */
const bundles = ['../dist/kaji.js', '../.kajitori/bundles/kaji.js'].map((path) => new URL(path, import.meta.url));
const bundle = bundles.find((url) => existsSync(fileURLToPath(url)));
if (bundle === undefined) {
  console.error('kaji is not built yet\n  remedy: npm run build');
  process.exitCode = 1;
} else {
  await import(bundle.href);
}
