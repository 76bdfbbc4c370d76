import { type FieldError, invalid } from '@kajitori/apimachinery';

export const podSecurityLevels = ['privileged', 'baseline', 'restricted'] as const;
export type PodSecurityLevel = (typeof podSecurityLevels)[number];

/** A level as it stood in a minor version of Kubernetes; Infinity: `latest`. */
export interface LevelVersion {
  level: PodSecurityLevel;
  minor: number;
}

/** What a namespace asks for by its labels `pod-security.kubernetes.io/…`. */
export interface PodSecurityPolicy {
  enforce: LevelVersion;
  audit: LevelVersion;
  warn: LevelVersion;
}

const prefix = 'pod-security.kubernetes.io/';
const modes = ['enforce', 'audit', 'warn'] as const;

export function levelVersionText({ level, minor }: LevelVersion): string {
  return `${level}:${minor === Infinity ? 'latest' : `v1.${minor}`}`;
}

/** A label that cannot be read enforces the strictest level, and neither audits nor warns. */
export function podSecurityPolicyOf(labels: Readonly<Record<string, string>> | undefined): {
  policy: PodSecurityPolicy;
  errors: FieldError[];
} {
  const errors: FieldError[] = [];
  const refuse = (label: string, value: string, why: string): void => void errors.push(invalid(`metadata.labels[${label}]`, value, why));
  const read = (mode: (typeof modes)[number]): LevelVersion => {
    const found: LevelVersion = { level: 'privileged', minor: Infinity };
    const [levelLabel, versionLabel] = [`${prefix}${mode}`, `${prefix}${mode}-version`];
    const [level, version] = [labels?.[levelLabel], labels?.[versionLabel]];
    if (level !== undefined) {
      const known = podSecurityLevels.find((one) => one === level);
      found.level = known ?? (mode === 'enforce' ? 'restricted' : 'privileged');
      if (known === undefined) refuse(levelLabel, level, `must be one of ${podSecurityLevels.join(', ')}`);
    }
    if (version !== undefined && version !== 'latest') {
      const minor = /^v1\.(0|[1-9]\d{0,8})$/.exec(version)?.[1];
      if (minor === undefined) refuse(versionLabel, version, 'must be "latest" or "v1.x"');
      else found.minor = Number(minor);
    }
    return found;
  };
  return { policy: { enforce: read('enforce'), audit: read('audit'), warn: read('warn') }, errors };
}
