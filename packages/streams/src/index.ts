export * from './exit-status.ts';
export * from './join-duplexes.ts';
export * from './node-streams.ts';
export { execOptions, portForwardOptions, processOptions, queryFlag } from './serve/process-options.ts';
export { type UpgradeRequest, type UpgradeTarget, serveUpgrade } from './serve/serve-upgrade.ts';
