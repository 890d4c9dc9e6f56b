import { clientNetwork } from './client-network.js';
import type { Report } from './operator-log.js';

/**
 * Pass it as `ip` for a call without a client, such as a scheduled job. The call is not counted per client network. It is a
 * symbol, so neither a header field nor a missing address can be mistaken for it.
 */
export const NO_CLIENT: unique symbol = Symbol.for('postern.verification.noClient');

/** The client address of a request, if it is known. */
export type ClientAddress = string | null | undefined | typeof NO_CLIENT;

/** All clients without a valid address share one limit. Otherwise, hiding the address would remove the limit. */
const UNKNOWN = 'unknown';

/** Returns the address for the log if it is valid. */
export const addressOf = (ip: ClientAddress): string | undefined =>
  typeof ip === 'string' && clientNetwork(ip) !== undefined ? ip : undefined;

/** Returns the network whose limit applies to a call. */
export type ClientReader = (ip: ClientAddress) => string | undefined;

/** @returns a function that returns `undefined` only for {@link NO_CLIENT} */
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
          ? 'The client address of a request is not an IP address. All clients without a valid address share one limit. Pass the address from your server or your own proxy.'
          : 'A request has no client address. All clients without a valid address share one limit. Pass `ip` (in HTTP handlers: `clientAddress`), or NO_CLIENT for calls without a client.',
      });
    }
    return UNKNOWN;
  };
}
