import { StatusError, type StatusReason } from '@kajitori/apimachinery';
import { z } from 'zod';
import type { CommandStatus } from '../exit-status.ts';

/** A `metav1.Status` from the other end of a connection. */
export const statusForm = z.object({
  kind: z.literal('Status'),
  apiVersion: z.literal('v1'),
  metadata: z.record(z.string(), z.unknown()).default({}),
  status: z.enum(['Success', 'Failure']),
  message: z.string().max(32_768).optional(),
  reason: z.string().max(256).optional(),
  code: z.number().int().optional(),
  details: z
    .object({
      name: z.string().optional(),
      group: z.string().optional(),
      kind: z.string().optional(),
      uid: z.string().optional(),
      retryAfterSeconds: z.number().optional(),
      causes: z.array(z.object({ reason: z.string().optional(), message: z.string().optional(), field: z.string().optional() })).optional(),
    })
    .optional(),
});

/** The error that a refusal carries; whatever is no Status becomes an internal error. */
export function statusErrorOf(body: unknown): StatusError {
  const status = statusForm.safeParse(body);
  if (!status.success || status.data.status === 'Success')
    return new StatusError('InternalError', 'Internal error occurred: the other side refused without a reason');
  const { message, reason, code, details } = status.data;
  // The reason is one that the other side's StatusError had: a code beside it keeps the answer right even if it is news here.
  return new StatusError((reason ?? 'InternalError') as StatusReason, message ?? 'refused', {
    code: code ?? 500,
    ...(details === undefined ? {} : { details }),
  });
}

export function commandStatusOf(body: unknown): CommandStatus | undefined {
  const status = statusForm.safeParse(body);
  return status.success ? status.data : undefined;
}
