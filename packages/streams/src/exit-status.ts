import { type Status, StatusError, isStatusError } from '@kajitori/apimachinery';

/** The reason and the cause's reason by which kubectl finds an exit code (apimachinery's `remotecommand` constants). */
export const nonZeroExitCode = 'NonZeroExitCode';
export const exitCodeCause = 'ExitCode';

/** What `metav1.Status` says here beyond the API's own reasons. */
export type CommandStatus = Omit<Status, 'reason' | 'code'> & { reason?: string; code?: number };

export const successStatus: CommandStatus = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' };

/** How a process that ran to its end is told to the client: Success for 0. */
export function exitStatus(exitCode: number): CommandStatus {
  if (exitCode === 0) return successStatus;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: nonZeroExitCode,
    details: { causes: [{ reason: exitCodeCause, message: String(exitCode) }] },
  };
}

/** What went wrong around a process. Errors that were not made for clients become a plain internal error. */
export function failureStatus(error: unknown, attempted: string): CommandStatus {
  if (isStatusError(error)) return error.toStatus();
  return new StatusError('InternalError', `Internal error occurred: ${attempted}`, { cause: error }).toStatus();
}
