/** A server in messages, `smtp.example.com:587`. An IPv6 address needs brackets to be told from its port (RFC 3986 section 3.2.2). */
export const serverName = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
