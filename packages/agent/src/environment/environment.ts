/**
 * What a container finds in its environment, and its command with variables filled in. Owns the order of precedence: Services, then `envFrom`, then `env`.
 * Pure: everything that is referred to is handed in.
 */
import type { Container, EnvVar } from '@kajitori/kinds';
import { ContainerConfigError } from '../model/container-spec.ts';
import { fieldText, resourceText } from '../model/downward.ts';
import { containersOf } from '../model/node-pod.ts';
import type { PodFacts, PodObjects } from '../model/pod-objects.ts';
import { expand } from './expand.ts';
import { kubernetesVariables, serviceVariables } from './service-variables.ts';

export interface Environment {
  /** `NAME=value`. */
  env: string[];
  command?: string[];
  args?: string[];
}

export interface EnvironmentOptions {
  container: Container;
  facts: PodFacts;
  objects: PodObjects;
  /** The address of the cluster's API inside pods, where there is one. */
  kubernetesService?: { host: string; port: number } | undefined;
}

/** @throws ContainerConfigError when something that must be there is not. */
export function environmentOf(options: EnvironmentOptions): Environment {
  const { container, facts, kubernetesService, objects } = options;
  const variables = new Map<string, string>(kubernetesService === undefined ? [] : kubernetesVariables(kubernetesService));
  if (facts.pod.spec.enableServiceLinks !== false) addAll(variables, serviceVariables(objects.services(facts.pod.metadata.namespace)));
  for (const source of container.envFrom ?? []) addAll(variables, variablesFrom(source, options));
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, options, variables);
    if (value !== undefined) variables.set(variable.name, value);
  }
  const filled = (words: readonly string[]): string[] => words.map((word) => expand(word, variables));
  return {
    env: [...variables].map(([name, value]) => `${name}=${value}`),
    ...(container.command === undefined ? {} : { command: filled(container.command) }),
    ...(container.args === undefined ? {} : { args: filled(container.args) }),
  };
}

function addAll(variables: Map<string, string>, added: Iterable<readonly [string, string]>): void {
  for (const [name, value] of added) variables.set(name, value);
}

type Source = NonNullable<Container['envFrom']>[number];

function variablesFrom({ prefix = '', configMapRef, secretRef }: Source, { facts, objects }: EnvironmentOptions): [string, string][] {
  const { namespace } = facts.pod.metadata;
  let data: Record<string, string> | undefined;
  if (configMapRef !== undefined) {
    const map = objects.configMap(namespace, configMapRef.name ?? '');
    if (map === undefined && configMapRef.optional !== true)
      throw new ContainerConfigError(`configmap "${configMapRef.name ?? ''}" not found`);
    data = map?.data;
  } else if (secretRef !== undefined) {
    const secret = objects.secret(namespace, secretRef.name ?? '');
    if (secret === undefined && secretRef.optional !== true) throw new ContainerConfigError(`secret "${secretRef.name ?? ''}" not found`);
    data = opened(secret?.data);
  }
  return Object.entries(data ?? {}).flatMap(([key, value]): [string, string][] => (key.includes('=') ? [] : [[`${prefix}${key}`, value]]));
}

function opened(data: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]));
}

/** Undefined when an optional source is absent: the variable is not set at all. */
function valueOf({ value, valueFrom }: EnvVar, options: EnvironmentOptions, variables: ReadonlyMap<string, string>): string | undefined {
  if (valueFrom === undefined) return expand(value ?? '', variables);
  const { facts, objects, container } = options;
  const { namespace } = facts.pod.metadata;
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  if (fieldRef !== undefined) return fieldText(fieldRef.fieldPath, facts);
  if (resourceFieldRef !== undefined) {
    const named = containersOf(facts.pod).find((one) => one.container.name === (resourceFieldRef.containerName ?? container.name));
    return resourceText(resourceFieldRef, named?.container ?? container, facts.allocatable);
  }
  if (configMapKeyRef !== undefined) {
    const map = objects.configMap(namespace, configMapKeyRef.name ?? '');
    return keyOf(configMapKeyRef, { kind: 'ConfigMap', namespace, found: map !== undefined, value: map?.data?.[configMapKeyRef.key] });
  }
  if (secretKeyRef !== undefined) {
    const secret = objects.secret(namespace, secretKeyRef.name ?? '');
    const sealed = secret?.data?.[secretKeyRef.key];
    const plain = sealed === undefined ? undefined : Buffer.from(sealed, 'base64').toString('utf8');
    return keyOf(secretKeyRef, { kind: 'Secret', namespace, found: secret !== undefined, value: plain });
  }
  throw new ContainerConfigError(fileKeyRef === undefined ? 'invalid valueFrom' : 'fileKeyRef is not supported on this node');
}

interface KeySelector {
  name?: string;
  key: string;
  optional?: boolean;
}

function keyOf(
  { name = '', key, optional }: KeySelector,
  source: { kind: 'ConfigMap' | 'Secret'; namespace: string; found: boolean; value: string | undefined },
): string | undefined {
  if (source.value !== undefined || optional === true) return source.value;
  if (!source.found) throw new ContainerConfigError(`${source.kind.toLowerCase()} "${name}" not found`);
  throw new ContainerConfigError(`couldn't find key ${key} in ${source.kind} ${source.namespace}/${name}`);
}
