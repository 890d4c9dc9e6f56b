const IPV4 = /^(?<address>\d{1,3}(?:\.\d{1,3}){3})(?::\w+)?$/;
const IPV6 = /^[\da-f:.]+$/i;
/** Longer than any address with brackets, a port, and a zone. */
const MAX_LENGTH = 200;
/** Brackets with a port, as in URLs and in `Forwarded` (RFC 7239 section 6). */
const BRACKETS = /^\[(?<address>[^\]]+)\](?::\w+)?$/;

/**
 * Returns the network for the limits per client: an IPv4 address, or the /64 of an IPv6 address, which belongs to one
 * customer. An IPv6 address that carries an IPv4 address counts as the IPv4 address. Ports, brackets, quotes, and zones are
 * ignored. All spellings of an address give the same result.
 *
 * @returns `undefined` if the text is not an IP address
 */
export function clientNetwork(ip: string): string | undefined {
  if (ip.length > MAX_LENGTH) return undefined;
  const text = ip.trim().replace(/^"(.*)"$/, '$1');
  const v4 = IPV4.exec(text)?.groups?.address;
  // The URL parser reads other spellings of IPv4 addresses, too, such as 127.1. Here, they are not valid.
  if (v4 !== undefined) return normalize(v4) === v4 ? v4 : undefined;
  const v6 = (BRACKETS.exec(text)?.groups?.address ?? text).replace(/%.*$/, '');
  const normalized = IPV6.test(v6) ? normalize(`[${v6}]`) : undefined;
  return normalized && networkOf(groupsOf(normalized));
}

/** The spelling of a host by the URL parser (RFC 5952), or `undefined` if it is not valid. */
function normalize(host: string): string | undefined {
  const url = `http://${host}`;
  return URL.canParse(url) ? new URL(url).hostname : undefined;
}

/** The eight numbers of an IPv6 address that is normalized, so it does not contain dots. */
function groupsOf(host: string): readonly number[] {
  const [head = '', tail = ''] = host.slice(1, -1).split('::');
  const split = (groups: string) => groups.split(':').filter(Boolean);
  const missing = 8 - split(head).length - split(tail).length;
  return [...split(head), ...Array<string>(missing).fill('0'), ...split(tail)].map((group) =>
    Number.parseInt(group, 16),
  );
}

const hex = (groups: readonly number[]) => groups.map((group) => group.toString(16)).join(':');

function networkOf(groups: readonly number[]): string {
  const [first = 0, second = 0] = groups;
  const startsWith = (...prefix: number[]) => prefix.every((group, index) => groups[index] === group);
  const embedded = (at: number, mask = 0) => {
    const [high = 0, low = 0] = groups.slice(at, at + 2).map((group) => group ^ mask);
    return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.');
  };
  // Loopback and the unspecified address are single addresses without a network.
  if (startsWith(0, 0, 0, 0, 0, 0, 0) && (groups[7] ?? 0) <= 1) return `::${groups[7]}`;
  const carriesIpv4AtItsEnd =
    startsWith(0, 0, 0, 0, 0, 0xffff) || // IPv4-mapped (RFC 4291 section 2.5.5.2)
    startsWith(0, 0, 0, 0, 0xffff, 0) || // IPv4-translated (RFC 2765 section 2.1)
    startsWith(0, 0, 0, 0, 0, 0) || // IPv4-compatible (RFC 4291 section 2.5.5.1)
    startsWith(0x64, 0xff9b, 0, 0, 0, 0); // NAT64 (RFC 6052 section 2.1)
  if (carriesIpv4AtItsEnd) return embedded(6);
  if (startsWith(0x64, 0xff9b, 1)) {
    // A local NAT64 (RFC 8215) can put the IPv4 address in several places. Unless it is at the end, the address ends in
    // zeros (RFC 6052 section 2.2), and each full address is one IPv4 client.
    const isAtEnd = groups[7] !== 0 || ((groups[6] ?? 0) & 0xff) !== 0;
    return isAtEnd ? embedded(6) : hex(groups);
  }
  if (first === 0x2002) return embedded(1); // 6to4 (RFC 3056 section 2)
  if (first === 0x2001 && second === 0) return embedded(6, 0xffff); // Teredo (RFC 4380 section 4)
  return `${hex(groups.slice(0, 4))}::/64`;
}
