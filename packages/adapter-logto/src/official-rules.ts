/**
 * The rules for configs of the official connector (@logto/connector-smtp 1.5). A config that it accepts may be stored in an
 * instance's database, and must continue to work.
 */
type Rule = (value: unknown) => boolean;

type Raw = Record<string, unknown>;

export const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText: Rule = (value) => typeof value === 'string';
const isNumber: Rule = (value) => typeof value === 'number' && !Number.isNaN(value);
const isFlag: Rule = (value) => typeof value === 'boolean';
const optional =
  (rule: Rule): Rule =>
  (value) =>
    value === undefined || rule(value);
const oneOf =
  (...values: readonly string[]): Rule =>
  (value) =>
    isText(value) && values.includes(String(value));
const either =
  (...rules: readonly Rule[]): Rule =>
  (value) =>
    rules.some((rule) => rule(value));
const listOf =
  (rule: Rule): Rule =>
  (value) =>
    Array.isArray(value) && value.every(rule);
/** Ignores keys without a rule. */
const object =
  (rules: Readonly<Record<string, Rule>>): Rule =>
  (value) =>
    isRecord(value) && Object.entries(rules).every(([key, rule]) => rule(value[key]));

const LOGIN = {
  user: optional(isText),
  pass: optional(isText),
  type: optional(oneOf('login', 'Login', 'LOGIN')),
};
const login: Rule = (value) =>
  object(LOGIN)(value) && isRecord(value) && Object.keys(value).every((key) => Object.hasOwn(LOGIN, key));

const oauth2Type = optional(oneOf('oauth2', 'OAuth2', 'OAUTH2'));
const serviceKey = object({
  type: oauth2Type,
  user: isText,
  privateKey: either(isText, object({ key: isText, passphrase: isText })),
  serviceClient: isText,
});
const token = object({
  type: oauth2Type,
  user: isText,
  clientId: optional(isText),
  clientSecret: optional(isText),
  refreshToken: optional(isText),
  accessToken: optional(isText),
  expires: optional(isNumber),
  accessUrl: optional(isText),
});

const template = object({
  usageType: isText,
  contentType: oneOf('text/plain', 'text/html'),
  subject: isText,
  content: isText,
});

const REQUIRED_TYPES = ['Register', 'SignIn', 'ForgotPassword', 'Generic'];
const templates: Rule = (value) =>
  listOf(template)(value) &&
  Array.isArray(value) &&
  REQUIRED_TYPES.every((type) => value.some((each) => isRecord(each) && each.usageType === type));

const headers: Rule = (value) =>
  isRecord(value) && Object.values(value).every(either(isText, listOf(isText)));

const OFFICIAL_CONFIG = {
  host: isText,
  port: isNumber,
  auth: either(login, serviceKey, token),
  fromEmail: isText,
  replyTo: optional(isText),
  templates,
  logger: optional(isFlag),
  debug: optional(isFlag),
  disableFileAccess: optional(isFlag),
  disableUrlAccess: optional(isFlag),
  name: optional(isText),
  localAddress: optional(isText),
  connectionTimeout: optional(isNumber),
  greetingTimeout: optional(isNumber),
  socketTimeout: optional(isNumber),
  dnsTimeout: optional(isNumber),
  secure: optional(isFlag),
  tls: optional(isRecord),
  servername: optional(isText),
  ignoreTLS: optional(isFlag),
  requireTLS: optional(isFlag),
  customHeaders: optional(headers),
};

/** Whether the official connector accepts this config. */
export const isAcceptedByOfficial = object(OFFICIAL_CONFIG);
