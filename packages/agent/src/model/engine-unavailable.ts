/** The container engine did not answer at all: its socket is gone, or it is restarting. What was asked may be asked again. */
export class EngineUnavailableError extends Error {
  override readonly name = 'EngineUnavailableError';
}
