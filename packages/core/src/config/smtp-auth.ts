import * as z from 'zod';
import { hideOnInspect } from '../secrets.js';
import { optionalText, requiredText } from '../text-schema.js';
import { readWebUrl } from '../web-url.js';
import { isRecord } from './config-input.js';

/** Environment variables often contain private keys with line breaks written as `\n`. */
const pem = z.string().transform((key) => key.replaceAll('\\n', '\n'));

/** Username and password. */
export interface LoginAuth {
  type: 'login';
  /** The username of your SMTP account. */
  user: string;
  /** The password of that account. */
  pass: string;
}

/** OAuth2 for a service account that acts for `user` (Google Workspace). */
export interface ServiceKeyAuth {
  type: 'oauth2';
  /** The address of the mailbox that sends. */
  user: string;
  /** The client id of the service account. */
  serviceClient: string;
  /** The private key of the service account (PEM). */
  privateKey: string | { key: string; passphrase: string };
  /**
   * The endpoint that issues tokens.
   * @default Google's endpoint
   * @example "https://oauth2.googleapis.com/token"
   */
  accessUrl?: string | undefined;
}

/** OAuth2 with a refresh token or an access token. */
export interface TokenAuth {
  type: 'oauth2';
  /** The address of the mailbox that sends. */
  user: string;
  /** The client id of your application. */
  clientId?: string | undefined;
  /** The client secret of your application. */
  clientSecret?: string | undefined;
  /** Gets a new access token when the current one has expired. */
  refreshToken?: string | undefined;
  /** A valid access token. */
  accessToken?: string | undefined;
  /** When the access token expires, in milliseconds since the Unix epoch. */
  expires?: number | undefined;
  /**
   * The endpoint that issues tokens.
   * @default Google's endpoint
   * @example "https://oauth2.googleapis.com/token"
   */
  accessUrl?: string | undefined;
}

/**
 * OAuth2 for an application that sends as `user` without user sign-in: the client credentials grant (RFC 6749 section 4.4).
 * Use it for Exchange Online, which has disabled password logins.
 */
export interface ClientCredentialsAuth {
  type: 'oauth2';
  /** The address of the mailbox that sends. */
  user: string;
  /** The client id of your application. */
  clientId: string;
  /** The client secret of your application. */
  clientSecret: string;
  /**
   * The scope of the token.
   * @example "https://outlook.office365.com/.default"
   */
  scope: string;
  /**
   * The endpoint that issues tokens.
   * @example "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token"
   */
  accessUrl: string;
}

/** No login, for a relay that trusts your IP address. Omit `auth` from the config, or leave it empty. */
export type NoAuth = { type?: undefined };
export type SmtpAuth = NoAuth | LoginAuth | ServiceKeyAuth | TokenAuth | ClientCredentialsAuth;

export const loginAuthSchema = z.object({
  type: z.literal('login'),
  user: requiredText('auth.user', 'the username of your SMTP account'),
  pass: requiredText(
    'auth.pass',
    'the password for auth.user, or remove auth if the server requires no login',
  ),
});

const user = requiredText('auth.user', 'the address of the mailbox that sends');

const ACCESS_URL_RULE = 'auth.accessUrl must be an https URL, such as https://oauth2.googleapis.com/token';

/** The URL must be safe, because the client secret is sent to it. */
const tokenUrl = z.string(ACCESS_URL_RULE).refine((text) => readWebUrl(text) !== undefined, ACCESS_URL_RULE);
const accessUrl = tokenUrl.optional();

export const serviceKeyAuthSchema = z.object({
  type: z.literal('oauth2'),
  user,
  serviceClient: requiredText('auth.serviceClient', 'the client ID of the service account'),
  privateKey: z.union([pem, z.object({ key: pem, passphrase: z.string() })], {
    error: ({ input }) =>
      input === undefined
        ? 'auth.privateKey is required with auth.serviceClient: set it to the private key of the service account (PEM)'
        : 'auth.privateKey must be the key as a string (PEM), or { "key": …, "passphrase": … }',
  }),
  accessUrl,
});

export const tokenAuthSchema = z.object({
  type: z.literal('oauth2'),
  user,
  clientId: optionalText('auth.clientId'),
  clientSecret: optionalText('auth.clientSecret'),
  refreshToken: optionalText('auth.refreshToken'),
  accessToken: optionalText('auth.accessToken'),
  expires: z.coerce.number('auth.expires must be a number of milliseconds since the Unix epoch').optional(),
  accessUrl,
});

export const clientCredentialsAuthSchema = z.object({
  type: z.literal('oauth2'),
  user,
  clientId: requiredText('auth.clientId', 'the client ID of your application'),
  clientSecret: requiredText('auth.clientSecret', 'the client secret of your application'),
  scope: requiredText('auth.scope', 'the scope of the token, such as https://outlook.office365.com/.default'),
  accessUrl: tokenUrl,
});

const SERVICE_KEYS = ['serviceClient', 'privateKey'];
const TOKEN_KEYS = [
  'clientId',
  'clientSecret',
  'refreshToken',
  'accessToken',
  'accessUrl',
  'scope',
  'expires',
];

/** The keys of all kinds of auth, to find misspelled ones. */
export const AUTH_KEYS = ['type', 'user', 'pass', ...SERVICE_KEYS, ...TOKEN_KEYS];

const has = (auth: Record<string, unknown>, keys: string[]) => keys.some((key) => auth[key] !== undefined);

function schemaFor(auth: Record<string, unknown>) {
  if (has(auth, SERVICE_KEYS)) return serviceKeyAuthSchema;
  if (!has(auth, TOKEN_KEYS) || auth.pass !== undefined) return loginAuthSchema;
  const isGranted = has(auth, ['refreshToken', 'accessToken']);
  return has(auth, ['scope']) && !isGranted ? clientCredentialsAuthSchema : tokenAuthSchema;
}

/** The keys of `auth` that have an effect. Other keys belong to another kind, or the config is not valid. */
export const keysUsedOf = (auth: Record<string, unknown>): readonly string[] => {
  const schema = schemaFor(auth);
  const isBroken = schema === loginAuthSchema && auth.pass === undefined;
  return isBroken ? AUTH_KEYS : Object.keys(schema.shape);
};

function readAuth(input: unknown, { issues }: z.RefinementCtx): SmtpAuth {
  const fail = (message: string, path: (string | number)[], params: { code: string }) => {
    issues.push({ code: 'custom', message, path, params, input });
    return z.NEVER;
  };
  if (input === undefined) return {};
  if (!isRecord(input)) {
    return fail(
      'auth must be an object: set it to { "user": …, "pass": … }, or remove it if the server requires no login',
      [],
      { code: 'not_allowed' },
    );
  }
  const { type: rawType, ...keys } = input;
  const schema = schemaFor(keys);
  const type = typeof rawType === 'string' ? rawType.toLowerCase() : rawType;
  if (type !== undefined && type !== 'login' && type !== 'oauth2') {
    return fail('auth.type must be "login" or "oauth2"', ['type'], { code: 'not_allowed' });
  }
  if (type === 'oauth2' && schema === loginAuthSchema) {
    return fail(
      'auth.type is "oauth2", but auth has no OAuth2 keys: add serviceClient and privateKey, or clientId, clientSecret, scope, and accessUrl, or a refreshToken or accessToken',
      ['type'],
      { code: 'missing' },
    );
  }
  if (type === 'login' && schema !== loginAuthSchema && keys.pass === undefined) {
    return fail('auth.type is "login", but the keys are for OAuth2: set auth.type to "oauth2"', ['type'], {
      code: 'not_allowed',
    });
  }
  if (!Object.keys(keys).some((key) => AUTH_KEYS.includes(key))) return {};
  const parsed = schema.safeParse(
    { ...keys, type: schema === loginAuthSchema ? 'login' : 'oauth2' },
    { reportInput: true },
  );
  if (parsed.success) {
    if (schema === tokenAuthSchema && !has(keys, ['refreshToken', 'accessToken'])) {
      return fail(
        'auth.refreshToken is required: set auth.refreshToken or auth.accessToken, or set auth.scope to log in as an application (client credentials)',
        ['refreshToken'],
        {
          code: 'missing',
        },
      );
    }
    return hideAuthSecrets(parsed.data);
  }
  for (const issue of parsed.error.issues) {
    const params = { code: issue.input === undefined ? 'missing' : 'not_allowed' };
    fail(
      issue.message,
      issue.path.map((part) => (typeof part === 'number' ? part : String(part))),
      params,
    );
  }
  return z.NEVER;
}

/**
 * A login, or OAuth2 with a service key, a token, or client credentials. The keys determine the kind, so `type` is optional.
 * It is case-insensitive. `undefined` and `{}` both mean no login and become `{}`, because Logto drops empty objects before
 * it stores a config.
 */
export const smtpAuthSchema = z.unknown().optional().transform(readAuth);

function hideAuthSecrets(auth: Exclude<SmtpAuth, NoAuth>): SmtpAuth {
  if ('pass' in auth) return hideOnInspect(auth, ['pass']);
  if ('serviceClient' in auth) return hideOnInspect(auth, ['privateKey']);
  if ('scope' in auth) return hideOnInspect(auth, ['clientSecret']);
  return hideOnInspect(auth, ['clientSecret', 'refreshToken', 'accessToken']);
}
