import { type FieldError, forbiddenField, invalid, required } from '@kajitori/apimachinery';
import { nonNegative, portNumber, portNumberOrName } from '../../../meta/numbers.ts';
import type { HTTPGetAction, Lifecycle, LifecycleHandler, Probe } from '../probe.ts';
import { requiredText } from './names.ts';

type Handler = Pick<Probe, 'exec' | 'httpGet' | 'tcpSocket' | 'grpc'> & Pick<LifecycleHandler, 'sleep'>;
type ProbeKind = 'livenessProbe' | 'readinessProbe' | 'startupProbe';

export function validateProbe(probe: Probe | undefined, kind: ProbeKind, container: string): FieldError[] {
  if (probe === undefined) return [];
  const field = `${container}.${kind}`;
  const grace = probe.terminationGracePeriodSeconds;
  const errors = [
    ...validateHandler(probe, field),
    ...(['initialDelaySeconds', 'timeoutSeconds', 'periodSeconds', 'successThreshold', 'failureThreshold'] as const).flatMap((key) =>
      nonNegative(`${field}.${key}`, probe[key]),
    ),
  ];
  if (grace !== undefined && grace <= 0) errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must be greater than 0'));
  if (kind === 'readinessProbe' && grace !== undefined)
    errors.push(invalid(`${field}.terminationGracePeriodSeconds`, grace, 'must not be set for readinessProbes'));
  // Only readiness comes back after failing, so only it can need more than one success.
  if (kind !== 'readinessProbe' && probe.successThreshold !== 1)
    errors.push(invalid(`${field}.successThreshold`, probe.successThreshold, 'must be 1'));
  return errors;
}

export function validateLifecycle(lifecycle: Lifecycle | undefined, field: string): FieldError[] {
  if (lifecycle === undefined) return [];
  return (['postStart', 'preStop'] as const).flatMap((hook) => {
    const handler = lifecycle[hook];
    return handler === undefined ? [] : validateHandler(handler, `${field}.${hook}`);
  });
}

function validateHandler(handler: Handler, field: string): FieldError[] {
  const errors: FieldError[] = [];
  let found = 0;
  const one = (kind: keyof Handler, check: () => FieldError[]): void => {
    if (handler[kind] === undefined) return;
    found += 1;
    errors.push(...(found > 1 ? [forbiddenField(`${field}.${kind}`, 'may not specify more than 1 handler type')] : check()));
  };
  one('exec', () => ((handler.exec?.command ?? []).length === 0 ? [required(`${field}.exec.command`)] : []));
  one('httpGet', () => (handler.httpGet === undefined ? [] : validateHttpGet(handler.httpGet, `${field}.httpGet`)));
  one('tcpSocket', () => (handler.tcpSocket === undefined ? [] : portNumberOrName(`${field}.tcpSocket.port`, handler.tcpSocket.port)));
  one('grpc', () => (handler.grpc === undefined ? [] : portNumber(`${field}.grpc.port`, handler.grpc.port)));
  one('sleep', () =>
    (handler.sleep?.seconds ?? 0) < 0 ? [invalid(`${field}.sleep`, handler.sleep?.seconds, 'must be greater than or equal to 0')] : [],
  );
  return found === 0 ? [required(field, 'must specify a handler type')] : errors;
}

function validateHttpGet(action: HTTPGetAction, field: string): FieldError[] {
  return [
    ...requiredText(`${field}.path`, action.path),
    ...portNumberOrName(`${field}.port`, action.port),
    ...(action.httpHeaders ?? []).flatMap(({ name }) =>
      /^[-A-Za-z0-9]+$/.test(name)
        ? []
        : [
            invalid(
              `${field}.httpHeaders`,
              name,
              "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')",
            ),
          ],
    ),
  ];
}
