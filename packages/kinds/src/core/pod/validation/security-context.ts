import { type FieldError, forbiddenField, invalid, notSupported, required } from '@kajitori/apimachinery';
import type { PodSecurityContext, SecurityContext } from '../security-context.ts';
import { requiredText } from './names.ts';

const idMax = 2_147_483_647;

function id(field: string, value: number | undefined): FieldError[] {
  return value !== undefined && (value < 0 || value > idMax) ? [invalid(field, value, `must be between 0 and ${idMax}, inclusive`)] : [];
}

type Profile = { type: string; localhostProfile?: string };

export function validateSecurityContext(context: SecurityContext | undefined, field: string): FieldError[] {
  if (context === undefined) return [];
  const errors = [
    ...id(`${field}.runAsUser`, context.runAsUser),
    ...id(`${field}.runAsGroup`, context.runAsGroup),
    ...profiles(context, field),
  ];
  if (context.procMount !== undefined && !['Default', 'Unmasked'].includes(context.procMount))
    errors.push(notSupported(`${field}.procMount`, context.procMount, ['Default', 'Unmasked']));
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true)
      errors.push(invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true'));
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true) {
      errors.push(invalid(field, context, 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN'));
    }
  }
  return errors;
}

export function validatePodSecurityContext(context: PodSecurityContext | undefined, field: string): FieldError[] {
  if (context === undefined) return [];
  const errors = [
    ...(['runAsUser', 'runAsGroup', 'fsGroup'] as const).flatMap((key) => id(`${field}.${key}`, context[key])),
    ...(context.supplementalGroups ?? []).flatMap((group, index) => id(`${field}.supplementalGroups[${index}]`, group)),
    ...profiles(context, field),
    ...(context.sysctls ?? []).flatMap(({ name }, index) =>
      sysctl(name, `${field}.sysctls[${index}].name`, context.sysctls?.findIndex((one) => one.name === name) !== index),
    ),
  ];
  const policies: [string, string | undefined, string[]][] = [
    ['fsGroupChangePolicy', context.fsGroupChangePolicy, ['Always', 'OnRootMismatch']],
    ['supplementalGroupsPolicy', context.supplementalGroupsPolicy, ['Merge', 'Strict']],
  ];
  for (const [key, value, allowed] of policies)
    if (value !== undefined && !allowed.includes(value)) errors.push(notSupported(`${field}.${key}`, value, allowed));
  return errors;
}

function sysctl(name: string, field: string, repeated: boolean): FieldError[] {
  if (name === '') return [required(field)];
  if (!/^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$/.test(name)) {
    return [
      invalid(
        field,
        name,
        'must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
      ),
    ];
  }
  return repeated ? [{ reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${JSON.stringify(name)}` }] : [];
}

function profiles(context: { seccompProfile?: Profile; appArmorProfile?: Profile; windowsOptions?: unknown }, field: string): FieldError[] {
  const { seccompProfile, appArmorProfile } = context;
  return [
    ...(seccompProfile === undefined ? [] : profile(seccompProfile, `${field}.seccompProfile`, 'seccomp')),
    ...(appArmorProfile === undefined ? [] : profile(appArmorProfile, `${field}.appArmorProfile`, 'AppArmor')),
  ];
}

function profile({ type, localhostProfile }: Profile, field: string, what: 'seccomp' | 'AppArmor'): FieldError[] {
  if (type === '') return [required(`${field}.type`)];
  const types = ['Localhost', 'RuntimeDefault', 'Unconfined'];
  const errors = types.includes(type) ? [] : [notSupported(`${field}.type`, type, types)];
  const path = `${field}.localhostProfile`;
  if (type === 'Localhost') {
    errors.push(...requiredText(path, localhostProfile, `must be set when ${what} type is Localhost`));
    if (localhostProfile?.startsWith('/') === true) errors.push(invalid(path, localhostProfile, 'must be a relative path'));
    if (localhostProfile?.split('/').includes('..') === true) errors.push(invalid(path, localhostProfile, "must not contain '..'"));
  } else if (localhostProfile !== undefined) {
    errors.push(
      what === 'seccomp'
        ? forbiddenField(path, 'can only be set when seccomp type is Localhost')
        : invalid(path, localhostProfile, 'can only be set when type is Localhost'),
    );
  }
  return errors;
}
