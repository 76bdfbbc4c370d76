import { dns1123LabelError, dns1123SubdomainError, duplicate, type FieldError, invalid, required } from '@kajitori/apimachinery';

/** A reference by name to an object whose names are DNS subdomains; empty is an error of its own form. */
export function objectName(field: string, name: string | undefined): FieldError[] {
  const wrong = dns1123SubdomainError(name ?? '');
  return wrong === undefined ? [] : [invalid(field, name ?? '', wrong)];
}

export function requiredText(field: string, value: string | undefined, detail = ''): FieldError[] {
  return value === undefined || value === '' ? [required(field, detail)] : [];
}

/** Names inside a pod (containers, volumes): DNS labels, each once. `taken` collects them. */
export function uniqueLabelName(field: string, name: string, taken: Set<string>): FieldError[] {
  if (name === '') return [required(field)];
  const wrong = dns1123LabelError(name);
  if (wrong !== undefined) return [invalid(field, name, wrong)];
  if (taken.has(name)) return [duplicate(field, name)];
  taken.add(name);
  return [];
}

/** Keys of ConfigMaps and Secrets, which become file names. */
export function configMapKeyErrors(key: string): string[] {
  const errors: string[] = [];
  if (key.length > 253) errors.push('must be no more than 253 bytes');
  if (!/^[-._a-zA-Z0-9]+$/.test(key)) {
    errors.push(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    );
  }
  if (key === '.' || key === '..') errors.push(`must not be '${key}'`);
  else if (key.startsWith('..')) errors.push("must not start with '..'");
  return errors;
}

/** Printable ASCII but `=`. */
export function envNameErrors(name: string): string[] {
  return /^[ -<>-~]+$/.test(name)
    ? []
    : ["a valid environment variable name must consist only of printable ASCII characters other than '='"];
}

/** A path below a volume's root. */
export function localDescendingPath(field: string, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (path.startsWith('/')) errors.push(invalid(field, path, 'must be a relative path'));
  return [...errors, ...withoutBacksteps(field, path)];
}

export function withoutBacksteps(field: string, path: string): FieldError[] {
  return path.split('/').includes('..') ? [invalid(field, path, "must not contain '..'")] : [];
}

/** A file's path in a projected volume: not hidden as `..` is. */
export function localFilePath(field: string, path: string): FieldError[] {
  if (path === '') return [required(field)];
  const hidden =
    path.startsWith('..') && !path.startsWith('../') && path !== '..' ? [invalid(field, path, "must not start with '..'")] : [];
  return [...localDescendingPath(field, path), ...hidden];
}
