/** The server for messages, such as `smtp.example.com:587`. An IPv6 address is in brackets (RFC 3986 section 3.2.2). */
export const serverName = ({ host, port }: { host: string; port: number }): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;
