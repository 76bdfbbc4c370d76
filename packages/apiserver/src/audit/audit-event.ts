import { formatMicroTime } from '@kajitori/apimachinery';
import type { UserInfo } from '@kajitori/client';
import type { AuditDecision, AuditStage } from '@kajitori/policies';
import type { RequestInfo } from '../http/request-info.ts';
import type { AuditNotes } from './audit-store.ts';
import { recordedObject } from './recorded-object.ts';

/** A request as its events tell of it. */
export interface AuditedRequest {
  id: string;
  decision: AuditDecision;
  /** Path and query, within the cluster. */
  uri: string;
  verb: string;
  info: RequestInfo | undefined;
  user: UserInfo;
  /** Whom it came from, where that is not who it acts as. */
  sender: UserInfo | undefined;
  sourceAddress: string;
  userAgent: string | undefined;
  receivedAt: Date;
  notes: AuditNotes;
}

/** What was answered, as bytes that are read when the event is made. */
export interface AuditedAnswer {
  code: number;
  requestBody?: Uint8Array | undefined;
  responseBody?: string | Uint8Array | undefined;
  /** It went out in pieces, too long for any event. */
  isLong?: boolean;
}

/** An audit.k8s.io/v1 Event. Pure. */
export function auditEvent(
  request: AuditedRequest,
  stage: AuditStage,
  at: Date,
  { code, requestBody, responseBody, isLong = false }: AuditedAnswer,
): Record<string, unknown> {
  const { decision, info, user, sender, notes } = request;
  const bodies = decision.level === 'Request' || decision.level === 'RequestResponse';
  const complete = stage === 'ResponseComplete';
  const asked = bodies && complete ? recordedObject(requestBody, decision) : {};
  const keepsAnswer = decision.level === 'RequestResponse' && complete;
  const answered = keepsAnswer && !isLong ? recordedObject(responseBody, decision) : {};
  const truncated = asked.truncated === true || answered.truncated === true || (keepsAnswer && isLong);
  const annotations = { ...shownAnnotations(notes.annotations, bodies), ...(truncated ? { 'audit.k8s.io/truncated': 'true' } : {}) };
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: decision.level,
    auditID: request.id,
    stage,
    requestURI: request.uri,
    verb: request.verb,
    user: shownUser(sender ?? user),
    ...(sender === undefined ? {} : { impersonatedUser: shownUser(user) }),
    sourceIPs: request.sourceAddress === '' ? [] : [request.sourceAddress],
    ...(request.userAgent === undefined ? {} : { userAgent: request.userAgent }),
    ...(info === undefined ? {} : { objectRef: objectReference(info, notes) }),
    responseStatus: responseStatus(code, responseBody),
    ...(asked.value === undefined ? {} : { requestObject: asked.value }),
    ...(answered.value === undefined ? {} : { responseObject: answered.value }),
    requestReceivedTimestamp: formatMicroTime(request.receivedAt),
    stageTimestamp: formatMicroTime(at),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
  };
}

/** A webhook's patch holds parts of the body. */
const bodyAnnotation = 'patch.webhook.admission.k8s.io/';

function shownAnnotations(annotations: ReadonlyMap<string, string>, withBodies: boolean): Record<string, string> {
  return Object.fromEntries([...annotations].filter(([key]) => withBodies || !key.startsWith(bodyAnnotation)));
}

function shownUser({ name, uid, groups, extra }: UserInfo): Record<string, unknown> {
  return { username: name, ...(uid === undefined ? {} : { uid }), groups, ...(extra === undefined ? {} : { extra }) };
}

function objectReference(
  { group, version, resource, subresource, namespace, name }: RequestInfo,
  notes: AuditNotes,
): Record<string, unknown> {
  const named = name === '' ? (notes.name ?? '') : name;
  return {
    resource,
    ...(namespace === '' ? {} : { namespace }),
    ...(named === '' ? {} : { name: named }),
    ...(group === '' ? {} : { apiGroup: group }),
    apiVersion: version,
    ...(subresource === '' ? {} : { subresource }),
  };
}

/** Of a refusal, what it said; of success, its code. */
function responseStatus(code: number, body: string | Uint8Array | undefined): Record<string, unknown> {
  const said = code < 400 ? undefined : (recordedObject(body, { omitManagedFields: false }).value as Record<string, unknown> | undefined);
  if (said?.['kind'] !== 'Status') return { metadata: {}, code };
  const { status, message, reason, details } = said;
  return { metadata: {}, status, message, reason, ...(details === undefined ? {} : { details }), code };
}
