import { isIP } from 'node:net';

/**
 * Whom a window per IP counts: an IPv4 address, or the /64 of an IPv6 address, all of which one customer has.
 * `undefined` for what is no IP address.
 */
export function clientNetwork(ip: string): string | undefined {
  const address = ip.replace(/%.*$/, '');
  const v4 = /^(?:::ffff:)?(?<v4>[\d.]+)$/i.exec(address)?.groups?.v4;
  if (v4 !== undefined) return isIP(v4) === 4 ? v4 : undefined;
  if (isIP(address) !== 6) return undefined;
  // The URL parser writes every IPv6 address in one way (RFC 5952).
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const split = (groups: string) => groups.split(':').filter(Boolean);
  const missing = 8 - split(head).length - split(tail).length;
  const groups = [...split(head), ...Array<string>(missing).fill('0'), ...split(tail)];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
