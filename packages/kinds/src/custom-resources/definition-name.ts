/** The name under which OpenAPI publishes a custom kind: `com.example.stable.v1.CronTab`. */
export function definitionName({ group, version, kind }: { group: string; version: string; kind: string }): string {
  return `${group.split('.').reverse().join('.')}.${version}.${kind}`;
}
