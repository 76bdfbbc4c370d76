import { readFileSync, writeFileSync } from 'node:fs';
import { missingPlatforms, withPlatforms } from './lock-platforms.ts';
import type { Lock } from './lock-platforms.ts';

/** `npm run lock`: adds to package-lock.json what the registry of the last `npm install` did not have for other platforms. */
const file = 'package-lock.json';
const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
const missing = missingPlatforms(lock);
if (missing.length > 0) writeFileSync(file, `${JSON.stringify(withPlatforms(lock), null, 2)}\n`);
console.log(`${missing.length} entries added`);
