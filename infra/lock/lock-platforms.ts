/** The part of package-lock.json that this is about. */
export interface Lock {
  packages: Record<string, LockEntry>;
}

interface LockEntry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

interface MissingEntry {
  /** Who wants it. */
  by: string;
  name: string;
  version: string;
}

const systems: Record<string, string> = {
  darwin: 'darwin',
  linux: 'linux',
  android: 'android',
  freebsd: 'freebsd',
  openharmony: 'openharmony',
  win32: 'win32',
  windows: 'win32',
};
const processors: Record<string, string> = {
  arm64: 'arm64',
  arm: 'arm',
  x64: 'x64',
  '64': 'x64',
  ia32: 'ia32',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
};
const libraries: Record<string, string> = { musl: 'musl', gnu: 'glibc' };

/**
 * Optional packages for other platforms that the lock does not hold. npm leaves them out when the registry that it asked
 * has not got them (yet), and `npm ci` then refuses the lock on every machine.
 */
export function missingPlatforms({ packages }: Lock): MissingEntry[] {
  return Object.entries(packages).flatMap(([by, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([name]) => !isFound(packages, by, name))
      .map(([name, version]) => ({ by, name, version })),
  );
}

/** The lock with an entry for each of them: what `npm ci` needs to know in order to pass them over. */
export function withPlatforms(lock: Lock): Lock {
  const packages = { ...lock.packages };
  for (const { by, name, version } of missingPlatforms(lock)) {
    const words = name.split(/[/-]/);
    const pick = (table: Record<string, string>): string[] => words.flatMap((word) => table[word] ?? []).slice(-1);
    const [os, cpu, libc] = [pick(systems), pick(processors), pick(libraries)];
    if (os.length === 0 || cpu.length === 0) throw new Error(`${by} wants ${name}, whose platform its name does not say`);
    const dev = packages[by]?.dev;
    const entry: LockEntry = {
      version,
      cpu,
      ...(dev ? { dev } : {}),
      ...(libc.length > 0 && os[0] === 'linux' ? { libc } : {}),
      optional: true,
      os,
    };
    packages[`node_modules/${name}`] = entry;
  }
  return { ...lock, packages: Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** Whether a folder above the package holds it, as Node would look. */
function isFound(packages: Lock['packages'], by: string, name: string): boolean {
  for (let folder = by; ; folder = parentOf(folder)) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

function parentOf(folder: string): string {
  const end = folder.lastIndexOf('/node_modules/');
  return end < 0 ? '' : folder.slice(0, end);
}
