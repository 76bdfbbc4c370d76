/** What a process tells its annex. A connection travels beside its message, with what was read of it already in base64. */
export type ToAnnex = { type: 'connection'; tenant: string; address: string; head?: string } | { type: 'retire' };

/** What the annex tells: that it can be given connections, and who still asks for more than a share. */
export type FromAnnex = { type: 'ready' } | { type: 'pressing'; tenant: string };

/** With this argument a program runs as its own annex. */
export const annexArgument = 'annex';
