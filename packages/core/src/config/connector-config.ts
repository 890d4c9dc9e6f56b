import * as z from 'zod';
import { ConfigError, type ConfigIssue, error, fromZodIssue } from '../config-issue.js';
import { isReservedHeader } from '../header-field.js';
import { findSchemeProblem } from '../link-schemes.js';
import { readMailbox, readMailboxList } from '../mailbox.js';
import type { Parsed } from '../parsed.js';
import { readOptions } from '../read-options.js';
import type { BrokenTemplate } from '../template/plain-template.js';
import { type Template, templateSchema } from '../template/template.js';
import { optionalLocale, refuseText, requiredText } from '../text-schema.js';
import { checkCombinations } from './check-combinations.js';
import { checkProviders } from './check-providers.js';
import { checkConfig } from './config-checks.js';
import { isRecord, prepareConfig, selectsProvider } from './config-input.js';
import {
  type ConfigVariables,
  checkReferences,
  resolveVariables,
  withReferences,
} from './config-variables.js';
import { type ProviderConfig, providerConfigSchema, providerListSchema, SMTP } from './provider-config.js';
import { type SmtpConfig, smtpConfigSchema } from './smtp-config.js';

const SENDER_EXAMPLE = '"Example <noreply@example.com>"';
const LINK_SCHEMES_RULE = 'linkSchemes must be a list of schemes, such as ["myapp"]';

const findProblem = (key: string, example: string, read: Parsed<unknown>) =>
  read.ok ? undefined : `${key} is not a valid address (${read.problem}): set it to one such as ${example}`;

/** How emails are sent. */
const deliverySchema = smtpConfigSchema.extend({
  provider: providerConfigSchema.optional(),
  providers: providerListSchema.optional(),
});

/**
 * The keys of a connector config. `parseConnectorConfig` also reads `url`, treats `null` and `''` as "not set", and checks
 * combinations of keys.
 */
export const connectorConfigSchema = deliverySchema.extend({
  fromEmail: requiredText('fromEmail', `the sender of your emails, such as ${SENDER_EXAMPLE}`).check(
    refuseText('sender_invalid', (text) => findProblem('fromEmail', SENDER_EXAMPLE, readMailbox(text))),
  ),
  replyTo: z
    .string('replyTo must be a string: set it to an address')
    .check(
      refuseText('reply_to_invalid', (text) =>
        findProblem('replyTo', '"help@example.com"', readMailboxList(text)),
      ),
    )
    .optional(),
  defaultLocale: optionalLocale('defaultLocale'),
  templates: z.array(templateSchema, {
    error: ({ input }) =>
      input === undefined
        ? 'templates is required: set it to a list of { usageType, contentType, subject, content }'
        : 'templates must be a list of { usageType, contentType, subject, content }',
  }),
  linkSchemes: z
    .array(
      z.string(LINK_SCHEMES_RULE).check(
        refuseText('link_scheme', (scheme) => {
          const problem = findSchemeProblem(scheme);
          return problem && `a scheme in linkSchemes ${problem}`;
        }),
      ),
      LINK_SCHEMES_RULE,
    )
    .optional(),
  customHeaders: z
    .record(
      z.string(),
      z.union(
        [z.string(), z.array(z.string())],
        'the value of a custom header must be a string or a list of strings',
      ),
      'customHeaders must be an object of header names and values',
    )
    .overwrite((headers) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !isReservedHeader(name))),
    )
    .optional(),
});

/** A checked, normalized, and frozen config: server or providers, sender, and templates in one JSON object. */
export interface ConnectorConfig extends Readonly<SmtpConfig> {
  /**
   * Sends with the API of a provider instead of an SMTP server. `name` selects it, and determines the other keys.
   * @example { "name": "resend", "apiKey": "${RESEND_API_KEY}" }
   */
  readonly provider?: ProviderConfig | undefined;
  /**
   * Several providers. An email goes to the first one that works. An SMTP server in the list has the name `smtp`.
   * @example [{ "name": "resend", "apiKey": "${RESEND_API_KEY}" }, { "name": "smtp", "url": "${SMTP_URL}" }]
   */
  readonly providers?: ProviderConfig[] | undefined;
  /**
   * The sender of every email: an address, or a name and an address.
   * @example "Example <noreply@example.com>"
   */
  readonly fromEmail: string;
  /** The address for replies, if it is not the sender. Separate several addresses with commas. */
  readonly replyTo?: string | undefined;
  /**
   * The language for requests without a locale, or with one that no template matches (BCP 47).
   * @example "en"
   * @example "pt-BR"
   */
  readonly defaultLocale?: string | undefined;
  /** The emails: one template for each usage type and language. */
  readonly templates: Template[];
  /**
   * Schemes that links in payloads may have in addition to https and http, for deep links.
   * @example ["myapp"]
   */
  readonly linkSchemes?: string[] | undefined;
  /** Additional header fields for every email. */
  readonly customHeaders?: Record<string, string | string[]> | undefined;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const child of Object.values(value)) deepFreeze(child);
  }
  return value;
}

function inspect<T extends z.ZodObject>(
  shape: T,
  input: unknown,
  check: (raw: Record<string, unknown>) => ConfigIssue[],
): { config?: z.output<T>; issues: ConfigIssue[] } {
  const prepared = prepareConfig(input);
  if (!prepared.ok) return { issues: [prepared.issue] };
  const parsed = shape.safeParse(prepared.config, { reportInput: true });
  const structural = parsed.success ? [] : parsed.error.issues.map(fromZodIssue);
  const issues = [...structural, ...prepared.issues, ...check(prepared.config)];
  const isUsable = parsed.success && !issues.some(({ severity }) => severity === 'error');
  return isUsable ? { config: deepFreeze(parsed.data), issues } : { issues };
}

/**
 * An additional check of a config. The config does not have to be valid: blanks are removed, and `url` is split into `host`,
 * `port`, `secure`, and `auth`. A rule must not throw, and its messages must not contain secrets.
 */
export type ConfigRule = (config: Readonly<Record<string, unknown>>) => ConfigIssue[];

export interface InspectOptions {
  /** Whether a template that Handlebars cannot parse is an error or, with `text`, a warning. @default 'error' */
  brokenTemplate?: BrokenTemplate | undefined;
  /**
   * The usage types that must have a template, such as those that an auth system always sends. An email whose type has no
   * template fails with `template_not_found`.
   * @default none; the config must have one template of any type
   */
  requireTypes?: readonly string[] | undefined;
  /** Additional checks, such as those of `@postern/transport-smtp` for well-known providers. @default none */
  rules?: readonly ConfigRule[] | undefined;
  /**
   * The values of references, usually `process.env`: `"pass": "${SMTP_PASS}"` becomes the value of `SMTP_PASS`. Every string
   * outside of `templates` may contain references. Write `$${` for a literal `${`.
   * @default references are not looked up. A value that is a reference is an error, and so is a URL, a host, or an address that
   * contains one
   */
  variables?: ConfigVariables | undefined;
}

const inspectOptionsSchema = z.strictObject({
  brokenTemplate: z.enum(['error', 'text']).default('error'),
  requireTypes: z.array(z.string()).readonly().default([]),
  rules: z
    .array(z.custom<ConfigRule>((rule) => typeof rule === 'function', 'must be a function'))
    .readonly()
    .default([]),
  variables: z.custom<ConfigVariables>(isRecord, 'must be an object, such as process.env').optional(),
});

/**
 * Checks a config and reports all problems: errors, which make it unusable, and warnings about likely mistakes. The result
 * has a `config` if there are no errors.
 *
 * @throws {ConfigError} if the options are not valid, never because of the config
 *
 * @example
 * ```ts
 * const { config, issues } = inspectConnectorConfig(JSON.parse(text));
 * for (const issue of issues) console.log(issue.severity, issue.path.join('.'), issue.message);
 * ```
 */
export function inspectConnectorConfig(
  input: unknown,
  options: InspectOptions = {},
): { config?: ConnectorConfig; issues: ConfigIssue[] } {
  const read = readOptions(inspectOptionsSchema, options, 'inspectConnectorConfig');
  const { brokenTemplate, requireTypes, rules, variables } = read;
  const resolved = variables
    ? resolveVariables(input, variables)
    : { config: input, issues: checkReferences(input) };
  const { config, issues } = inspect(connectorConfigSchema, resolved.config, (raw) => [
    ...checkConfig(raw, Object.keys(connectorConfigSchema.shape), { brokenTemplate, requireTypes }),
    ...rules.flatMap((rule) => rule(raw)),
  ]);
  if (resolved.issues.length === 0) return { ...(config && { config }), issues };
  return { issues: withReferences(resolved.issues, issues) };
}

/**
 * Checks, normalizes, and freezes a config. It has the format of Logto's SMTP connector. In optional fields, `null` and `''`
 * mean "not set", because admin forms store them.
 *
 * @example
 * ```ts
 * const config = parseConnectorConfig(JSON.parse(text), { variables: process.env });
 * ```
 * @throws {ConfigError} with every problem in `issues`
 */
export function parseConnectorConfig(
  input: unknown,
  options?: Pick<InspectOptions, 'variables'>,
): ConnectorConfig {
  const { config, issues } = inspectConnectorConfig(input, options);
  if (config === undefined) throw new ConfigError(issues);
  return config;
}

const USE_CREATE_TRANSPORT = (key: string) =>
  error(
    [key],
    'not_allowed',
    `${key} selects how to send: create the transport with createTransport from @postern/transport`,
  );

/** Reads the keys of a schema, and `url`. */
function readDelivery<T extends z.ZodObject>(
  shape: T,
  input: unknown,
  check: (raw: Record<string, unknown>) => ConfigIssue[],
): z.output<T> {
  const keys = ['url', ...Object.keys(shape.shape)];
  const read = isRecord(input) ? Object.entries(input).filter(([key]) => keys.includes(key)) : [];
  const references = checkReferences(Object.fromEntries(read));
  const { config, issues } = inspect(shape, input, check);
  if (config === undefined || references.length > 0)
    throw new ConfigError(withReferences(references, issues));
  return config;
}

/**
 * Like {@link parseConnectorConfig}, but reads only the settings of the SMTP server. Other keys are ignored.
 *
 * @throws {ConfigError} with every problem in `issues`, and if the config has `provider` or `providers`
 */
export function parseSmtpConfig(input: unknown): SmtpConfig {
  return readDelivery(smtpConfigSchema, input, (raw) =>
    selectsProvider(raw)
      ? ['provider', 'providers'].filter((key) => key in raw).map(USE_CREATE_TRANSPORT)
      : checkCombinations(raw),
  );
}

/**
 * Like {@link parseConnectorConfig}, but reads only how emails are sent: the SMTP server, `provider`, or `providers`. Other
 * keys are ignored.
 *
 * @returns the providers in order of failover. An SMTP server has the name `smtp`.
 * @throws {ConfigError} with every problem in `issues`
 */
export function parseProviders(input: unknown): readonly ProviderConfig[] {
  const { provider, providers, name, ...server } = readDelivery(deliverySchema, input, (raw) =>
    selectsProvider(raw) ? checkProviders(raw) : checkCombinations(raw),
  );
  if (provider) return [provider];
  return providers ?? [{ ...server, name: SMTP, ...(name !== undefined && { ehloName: name }) }];
}
