import { isLoopbackHost } from '@postern/core';

const GOOGLE_TOKENS = 'oauth2.googleapis.com';

/** Each of them makes it OAuth2, as the type may be left out. */
const OAUTH_KEYS = [
  'serviceClient',
  'privateKey',
  'clientId',
  'clientSecret',
  'refreshToken',
  'accessToken',
  'accessUrl',
  'scope',
];

/** Many systems ask the DNS about these (RFC 6761 says they should not), so they may be anyone's. */
const BELOW_LOCALHOST = /\.localhost\.?$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const hostOfUrl = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;

/**
 * The hosts out there that a config, however broken, would connect to: its server (or the service that it names), and
 * where OAuth2 tokens come from. References have to be resolved.
 */
export function networkHostsOf(config: unknown): string[] {
  if (!isObject(config)) return [];
  const { auth, tls } = config;
  const server = textOf(config.host) ?? hostOfUrl(textOf(config.url)) ?? textOf(config.service);
  const isOAuth =
    isObject(auth) &&
    (/^oauth2$/i.test(textOf(auth.type) ?? '') || OAUTH_KEYS.some((key) => Object.hasOwn(auth, key)));
  const tokens = isOAuth ? (hostOfUrl(textOf(auth.accessUrl)) ?? GOOGLE_TOKENS) : undefined;
  // An option of `tls.connect` that would win over the config's own.
  const ofTls = isObject(tls) ? textOf(tls.host) : undefined;
  const hosts = [server, tokens, ofTls].flatMap((host) =>
    host === undefined ? [] : [host.trim().toLowerCase()],
  );
  return [...new Set(hosts)].filter((host) => !isLoopbackHost(host) || BELOW_LOCALHOST.test(host));
}
