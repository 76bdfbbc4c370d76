/** Each is a script `check:NAME` of package.json, a task of turbo.json, and has its violation in canary.ts. */
export const checkNames: readonly string[] = ['format', 'lint', 'types', 'imports', 'exports', 'unit'];
