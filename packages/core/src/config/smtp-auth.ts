import * as z from 'zod';
import { hideOnInspect } from '../secrets.js';
import { optionalText, requiredText } from '../text-schema.js';
import { readWebUrl } from '../web-url.js';
import { isRecord } from './config-input.js';

/** Private keys often come from environment variables, where line breaks are written `\n`. */
const pem = z.string().transform((key) => key.replaceAll('\\n', '\n'));

/** User name and password. */
export interface LoginAuth {
  type: 'login';
  /** The user name of your SMTP account. */
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
   * Where tokens come from.
   * @default Google's endpoint
   * @example "https://oauth2.googleapis.com/token"
   */
  accessUrl?: string | undefined;
}

/** OAuth2 with a refresh token, or a ready access token. */
export interface TokenAuth {
  type: 'oauth2';
  /** The address of the mailbox that sends. */
  user: string;
  /** The client id of your application. */
  clientId?: string | undefined;
  /** The client secret of your application. */
  clientSecret?: string | undefined;
  /** Gets a new access token whenever the last one has expired. */
  refreshToken?: string | undefined;
  /** An access token that is valid now. */
  accessToken?: string | undefined;
  /** When the access token expires, in milliseconds since the Unix epoch. */
  expires?: number | undefined;
  /**
   * Where tokens come from.
   * @default Google's endpoint
   * @example "https://oauth2.googleapis.com/token"
   */
  accessUrl?: string | undefined;
}

/**
 * OAuth2 for an application that sends as `user` without a person who signs in: the client credentials grant (RFC 6749
 * section 4.4). Use it for Exchange Online, where password logins are switched off.
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
   * What the token is for.
   * @example "https://outlook.office365.com/.default"
   */
  scope: string;
  /**
   * Where tokens come from.
   * @example "https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token"
   */
  accessUrl: string;
}

/** No login, for a relay that trusts the address of this machine. A config leaves `auth` out, or empty. */
export type NoAuth = { type?: undefined };
export type SmtpAuth = NoAuth | LoginAuth | ServiceKeyAuth | TokenAuth | ClientCredentialsAuth;

export const loginAuthSchema = z.object({
  type: z.literal('login'),
  user: requiredText('auth.user', 'the user name of your SMTP account'),
  pass: requiredText(
    'auth.pass',
    'the password that belongs to auth.user (or remove auth if the server needs no login)',
  ),
});

const user = requiredText('auth.user', 'the address of the mailbox that sends');

const ACCESS_URL_RULE = 'auth.accessUrl must be an https URL, such as https://oauth2.googleapis.com/token';

/** The client secret is sent there. */
const tokenUrl = z.string(ACCESS_URL_RULE).refine((text) => readWebUrl(text) !== undefined, ACCESS_URL_RULE);
const accessUrl = tokenUrl.optional();

export const serviceKeyAuthSchema = z.object({
  type: z.literal('oauth2'),
  user,
  serviceClient: requiredText('auth.serviceClient', 'the client id of the service account'),
  privateKey: z.union([pem, z.object({ key: pem, passphrase: z.string() })], {
    error: ({ input }) =>
      input === undefined
        ? 'auth.privateKey is missing: write the private key of the service account (PEM), it goes with auth.serviceClient'
        : 'auth.privateKey has to be the key as text (PEM), or { "key": …, "passphrase": … }',
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
  expires: z.coerce.number('auth.expires has to be a number of milliseconds since 1970').optional(),
  accessUrl,
});

export const clientCredentialsAuthSchema = z.object({
  type: z.literal('oauth2'),
  user,
  clientId: requiredText('auth.clientId', 'the client id of your application'),
  clientSecret: requiredText('auth.clientSecret', 'the client secret of your application'),
  scope: requiredText('auth.scope', 'what the token is for, such as https://outlook.office365.com/.default'),
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

/** The keys of every kind of auth, for spotting misspelt ones. */
export const AUTH_KEYS = ['type', 'user', 'pass', ...SERVICE_KEYS, ...TOKEN_KEYS];

const has = (auth: Record<string, unknown>, keys: string[]) => keys.some((key) => auth[key] !== undefined);

function schemaFor(auth: Record<string, unknown>) {
  if (has(auth, SERVICE_KEYS)) return serviceKeyAuthSchema;
  if (!has(auth, TOKEN_KEYS) || auth.pass !== undefined) return loginAuthSchema;
  const isGranted = has(auth, ['refreshToken', 'accessToken']);
  return has(auth, ['scope']) && !isGranted ? clientCredentialsAuthSchema : tokenAuthSchema;
}

/** The keys of `auth` that have an effect: the other ones belong to another kind, or the config is broken anyway. */
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
      'auth must be an object: write { "user": …, "pass": … }, or remove auth if the server needs no login',
      [],
      { code: 'not_allowed' },
    );
  }
  const { type: rawType, ...keys } = input;
  const schema = schemaFor(keys);
  const type = typeof rawType === 'string' ? rawType.toLowerCase() : rawType;
  if (type !== undefined && type !== 'login' && type !== 'oauth2') {
    return fail('auth.type has to be "login" or "oauth2"', ['type'], { code: 'not_allowed' });
  }
  if (type === 'oauth2' && schema === loginAuthSchema) {
    return fail(
      'auth.type is "oauth2", but there is neither auth.serviceClient with auth.privateKey nor auth.clientId with auth.clientSecret and auth.scope nor auth.refreshToken or auth.accessToken',
      ['type'],
      { code: 'missing' },
    );
  }
  if (type === 'login' && schema !== loginAuthSchema && keys.pass === undefined) {
    return fail('auth.type is "login", but the keys are those of OAuth2: write "oauth2"', ['type'], {
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
        'auth.refreshToken is missing: write it or auth.accessToken, or write auth.scope to log in as an application (client credentials)',
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
 * Login, or OAuth2 with a service key, a token or client credentials. They are told apart by their keys: `type` is optional
 * and case-insensitive. `undefined` and `{}` both mean no login and become `{}`, because Logto drops empty objects before it
 * stores a config.
 */
export const smtpAuthSchema = z.unknown().optional().transform(readAuth);

function hideAuthSecrets(auth: Exclude<SmtpAuth, NoAuth>): SmtpAuth {
  if ('pass' in auth) return hideOnInspect(auth, ['pass']);
  if ('serviceClient' in auth) return hideOnInspect(auth, ['privateKey']);
  if ('scope' in auth) return hideOnInspect(auth, ['clientSecret']);
  return hideOnInspect(auth, ['clientSecret', 'refreshToken', 'accessToken']);
}
