import { isLoopbackHost } from '@postern/core';

const GOOGLE_TOKENS = 'oauth2.googleapis.com';

/** Each of these keys implies OAuth2, because `type` is optional. */
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

/** RFC 6761 reserves these names for loopback, but many systems look them up in DNS. */
const BELOW_LOCALHOST = /\.localhost\.?$/;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

const hostOfUrl = (url: string | undefined): string | undefined =>
  url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;

/**
 * The remote hosts that a config would connect to: its server or service, and the source of OAuth2 tokens.
 * References must be resolved. The config may have errors.
 */
export function networkHostsOf(config: unknown): string[] {
  if (!isObject(config)) return [];
  const { auth, tls } = config;
  const server = textOf(config.host) ?? hostOfUrl(textOf(config.url)) ?? textOf(config.service);
  const isOAuth =
    isObject(auth) &&
    (/^oauth2$/i.test(textOf(auth.type) ?? '') || OAUTH_KEYS.some((key) => Object.hasOwn(auth, key)));
  const tokens = isOAuth ? (hostOfUrl(textOf(auth.accessUrl)) ?? GOOGLE_TOKENS) : undefined;
  // This option of `tls.connect` overrides the host of the config.
  const ofTls = isObject(tls) ? textOf(tls.host) : undefined;
  const hosts = [server, tokens, ofTls].flatMap((host) =>
    host === undefined ? [] : [host.trim().toLowerCase()],
  );
  return [...new Set(hosts)].filter((host) => !isLoopbackHost(host) || BELOW_LOCALHOST.test(host));
}
