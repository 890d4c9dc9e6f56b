import { clientNetwork } from './client-network.js';
import type { Report } from './operator-log.js';

/**
 * Pass it as `ip` for calls without a client, such as a scheduled job. They are not counted per client network. It is a
 * symbol, so that a header field or a missing address cannot be mistaken for it.
 */
export const NO_CLIENT: unique symbol = Symbol.for('postern.verification.noClient');

/** The client of a request. */
export type ClientAddress = string | null | undefined | typeof NO_CLIENT;

/** All clients without a valid address share one limit. Otherwise, a client could avoid the limit by hiding its address. */
const UNKNOWN = 'unknown';

/** The address, for the log, if it is one. */
export const addressOf = (ip: ClientAddress): string | undefined =>
  typeof ip === 'string' && clientNetwork(ip) !== undefined ? ip : undefined;

/** Finds the network whose limit applies to a call. */
export type ClientReader = (ip: ClientAddress) => string | undefined;

/** @returns a function that returns `undefined` for {@link NO_CLIENT} alone */
export function createClientReader(report: Report): ClientReader {
  const reported = new Set<string>();
  return (ip) => {
    if (ip === NO_CLIENT) return undefined;
    const network = ip ? clientNetwork(ip) : undefined;
    if (network !== undefined) return network;
    const reason = ip ? 'unreadable' : 'absent';
    if (!reported.has(reason)) {
      reported.add(reason);
      report('warn', {
        event: 'verification.client_unknown',
        reason,
        message: ip
          ? 'The client address of a request is not an IP address, so all such clients share one limit. Pass the address that your server or your own proxy reports.'
          : 'A request has no client address, so all such clients share one limit. Pass `ip` (in HTTP handlers: `clientAddress`), or NO_CLIENT for calls without a client.',
      });
    }
    return UNKNOWN;
  };
}
