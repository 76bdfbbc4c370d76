import { readOutside } from '../unit/unit-inputs.ts';

/** A file of the tree as the rules see it: its path from the root, with `/`, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

interface Rule {
  name: string;
  /** Why the rule is there, for who breaks it. */
  reason: string;
  applies: (path: string) => boolean;
  /** What is wrong, or undefined. */
  problem: (file: SourceFile) => string | undefined;
}

const lineLimit = 400;
/** An entry point that is longer does more than wire. */
const appLineLimit = 200;
const isCode = (path: string): boolean => /\.(ts|mjs)$/.test(path);
const isIntegration = (path: string): boolean => /\.(integration|e2e)\.test\.ts$/.test(path);
const isTest = (path: string): boolean => path.endsWith('.test.ts');
/** The rules and their samples name what they forbid. */
const isSelf = (path: string): boolean => path.startsWith('infra/checks/');

export const rules: readonly Rule[] = [
  {
    name: 'file-size',
    reason: `a file of more than ${lineLimit} lines has more than one subject`,
    applies: isCode,
    problem: ({ text }) => moreLinesThan(text, lineLimit),
  },
  {
    name: 'file-name',
    reason: 'files are kebab-case, after their main export; a drawer for everything names nothing',
    applies: isCode,
    problem({ path }) {
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.(ts|mjs)$/, '');
      if (!/^[a-z0-9]+([.-][a-z0-9]+)*$/.test(name)) return `${name} is not kebab-case`;
      const drawer = path.split(/[/.]/).find((part) => /^(utils?|helpers?|common|misc)$/.test(part));
      return drawer && `${drawer} says nothing of what is inside`;
    },
  },
  {
    name: 'apps-are-wiring',
    reason: 'an app reads its configuration, builds the parts and starts them; behaviour lives in packages',
    applies: (path) => path.startsWith('apps/') && isCode(path) && !isTest(path),
    problem: ({ text }) => moreLinesThan(text, appLineLimit),
  },
  {
    name: 'env-in-one-file',
    reason: 'the environment is read in env.ts of an app, and validated in its config.ts',
    applies: (path) => /^(packages|apps)\//.test(path) && isCode(path) && !isTest(path) && !path.endsWith('/env.ts') && !isTooling(path),
    problem: ({ text }) => matchOf(text, /process\.env\b/),
  },
  {
    name: 'inside-its-package',
    reason: 'unit tests run again when files of their package change: what is read elsewhere stands in readOutside of infra/checks/unit',
    applies: (path) => /^packages\/[^/]+\/src\//.test(path) && isCode(path) && !isIntegration(path) && !isTooling(path),
    problem: leavesItsPackage,
  },
  {
    name: 'no-registry-host',
    reason: 'the tree builds from any mirror: no registry is named in it',
    applies: (path) => !isSelf(path),
    problem: ({ text }) => matchOf(text, /registry\.(npmjs|yarnpkg)\.(org|com)|npmmirror|artifactory|ghcr\.io|quay\.io/i),
  },
  {
    name: 'no-machine-path',
    reason: 'the tree works wherever it lies',
    applies: (path) => !isSelf(path),
    problem: ({ text }) => matchOf(text, /(?<![\w./-])\/(work|home\/[a-z]+|Users\/[A-Za-z]+|root)\/[\w.-]+/),
  },
  {
    name: 'no-marker-left',
    reason: 'what is to be done is an issue, not a comment',
    applies: (path) => isCode(path) && !isSelf(path),
    problem: ({ text }) => matchOf(text, /\b(TODO|FIXME|XXX|HACK)\b/),
  },
  {
    name: 'no-test-left-out',
    reason: 'a test that is skipped, or that skips the others, proves nothing',
    applies: (path) => isTest(path) && !isSelf(path),
    problem: ({ text }) => matchOf(text, /\b(test|it|describe|suite)\.(only|skip|todo|fails)\b/),
  },
];

/** All that is wrong with the files, one line each: path, rule, what, why. */
export function problemsOf(files: Iterable<SourceFile>): string[] {
  const problems: string[] = [];
  for (const file of files) {
    for (const rule of rules) {
      if (!rule.applies(file.path)) continue;
      const problem = rule.problem(file);
      if (problem) problems.push(`${file.path}: ${rule.name}: ${problem} (${rule.reason})`);
    }
  }
  return problems;
}

/** Packages that run programs of the machine rather than being configured. */
function isTooling(path: string): boolean {
  return /^packages\/(servers|testing|e2e|sim)\//.test(path);
}

function leavesItsPackage({ path, text }: SourceFile): string | undefined {
  const [above = '', name = '', ...inside] = path.split('/');
  const known = readOutside[`${above}/${name}`] ?? [];
  const up = new RegExp(`['"\`](\\.\\./){${inside.length},}[^'"\`]*`);
  const found = up.exec(text)?.[0];
  return found && !known.some((one) => found.endsWith(one)) ? matchOf(text, up) : undefined;
}

function moreLinesThan(text: string, limit: number): string | undefined {
  const lines = text.split('\n').length - 1;
  return lines > limit ? `${lines} lines` : undefined;
}

function matchOf(text: string, pattern: RegExp): string | undefined {
  const match = pattern.exec(text);
  return match ? `line ${text.slice(0, match.index).split('\n').length}: ${match[0]}` : undefined;
}
