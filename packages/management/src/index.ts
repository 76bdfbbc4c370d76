export { installApp, type InstallOptions } from './install/install-app.ts';
export { joinCommand } from './join-command.ts';
export type { ManagementDependencies } from './environment.ts';
export { managementApp } from './management-app.ts';
export { type Problem, problemForm } from './problem.ts';
