/** The WebSocket subprotocols of Kubernetes' streams, from `remotecommand` and `wsstream`. */
export interface ChannelProtocol {
  encoding: 'binary' | 'base64';
  /** Whether the outcome comes as a `Status` in JSON; before v4 it was a line of text, and nothing for success. */
  statusJson: boolean;
  /** Whether a client can close one half: v5. */
  halfClose: boolean;
}

const binary: ChannelProtocol = { encoding: 'binary', statusJson: false, halfClose: false };
const base64: ChannelProtocol = { encoding: 'base64', statusJson: false, halfClose: false };

/** By subprotocol; the empty one is what a client gets that names none. */
export const commandProtocols: ReadonlyMap<string, ChannelProtocol> = new Map([
  ['', binary],
  ['channel.k8s.io', binary],
  ['base64.channel.k8s.io', base64],
  ['v4.channel.k8s.io', { ...binary, statusJson: true }],
  ['v4.base64.channel.k8s.io', { ...base64, statusJson: true }],
  ['v5.channel.k8s.io', { ...binary, statusJson: true, halfClose: true }],
]);

/** Port-forward by channels: two a port. kubectl uses the SPDY tunnel instead. */
export const portForwardProtocols: ReadonlyMap<string, ChannelProtocol> = new Map([
  ['', { ...binary, statusJson: true }],
  ['v4.channel.k8s.io', { ...binary, statusJson: true }],
  ['v4.base64.channel.k8s.io', { ...base64, statusJson: true }],
]);

/** A SPDY connection inside the messages of a WebSocket (KEP-4006). */
export const portForwardTunnelProtocol = 'SPDY/3.1+portforward.k8s.io';
