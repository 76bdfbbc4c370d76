import { buildBundles } from './bundles.ts';

/** `npm run build`: dist/NAME.js of each app. */
const begin = performance.now();
const names = await buildBundles();
console.log(`${names.map((name) => `dist/${name}.js`).join(' ')} (${((performance.now() - begin) / 1000).toFixed(1)} s)`);
