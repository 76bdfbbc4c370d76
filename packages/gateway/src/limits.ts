/** How often an agent says that it lives, and what follows when it does not. The lease is Kubernetes' default for kubelets. */
export const heartbeatIntervalSeconds = 10;
export const leaseDurationSeconds = 40;
export const silenceLimitSeconds = 35;

/** How long a session's row outlives the process that last renewed it, and how often it does. */
export const sessionRowSeconds = 30;
export const sweepIntervalMilliseconds = 5_000;
/** How often credentials are checked while sessions live. */
export const revocationIntervalMilliseconds = 2_000;

/** How long an agent may take to leave a gateway that drains; streams on the old session live as long. */
export const drainDeadlineSeconds = 4;

/** Messages of one session that are being worked on at once. An honest agent has at most one batch of each kind and a few requests under way. */
export const maxConcurrentMessages = 32;
/** Connections of a node's pods to their API that are open at once. */
export const maxApiConnections = 512;
/** Writes of one batch that run at once: storage groups them into few commits. */
export const maxConcurrentWrites = 32;
/** What an agent has not taken off its connection. Beyond it the session is cut rather than buffered. */
export const maxUnsentBytes = 64 * 1024 * 1024;
export const maxSessions = 10_000;
