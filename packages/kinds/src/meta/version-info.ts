import { object, string, type Infer } from '@kajitori/schema';

export const VersionInfo = object('io.k8s.apimachinery.pkg.version.Info', {
  buildDate: string().required(),
  compiler: string().required(),
  emulationMajor: string(),
  emulationMinor: string(),
  gitCommit: string().required(),
  gitTreeState: string().required(),
  gitVersion: string().required(),
  goVersion: string().required(),
  major: string().required(),
  minCompatibilityMajor: string(),
  minCompatibilityMinor: string(),
  minor: string().required(),
  platform: string().required(),
});
export type VersionInfo = Infer<typeof VersionInfo>;
