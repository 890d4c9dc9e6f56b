import * as z from 'zod';
import { ConfigError, type ConfigIssue, formatPath, fromZodIssue } from '../config-issue.js';
import { isReservedHeader } from '../header-field.js';
import { findSchemeProblem } from '../link-schemes.js';
import { readMailbox, readMailboxList } from '../mailbox.js';
import type { Parsed } from '../parsed.js';
import { readOptions } from '../read-options.js';
import type { BrokenTemplate } from '../template/plain-template.js';
import { type Template, templateSchema } from '../template/template.js';
import { optionalLocale, refuseText, requiredText } from '../text-schema.js';
import { checkCombinations } from './check-combinations.js';
import { checkConfig } from './config-checks.js';
import { isRecord, prepareConfig } from './config-input.js';
import { type ConfigVariables, checkReferences, resolveVariables } from './config-variables.js';
import { type SmtpConfig, smtpConfigSchema } from './smtp-config.js';

const SENDER_EXAMPLE = '"Example <noreply@example.com>"';
const LINK_SCHEMES_RULE = 'linkSchemes must be a list of schemes, such as ["myapp"]';

const findProblem = (key: string, example: string, read: Parsed<unknown>) =>
  read.ok ? undefined : `${key} is not a usable address (${read.problem}): write one such as ${example}`;

/**
 * The keys of a connector config. `parseConnectorConfig` also reads `url`, takes `null` and `''` for "not set", and checks what
 * no single key shows.
 */
export const connectorConfigSchema = smtpConfigSchema.extend({
  fromEmail: requiredText('fromEmail', `the sender of your emails, such as ${SENDER_EXAMPLE}`).check(
    refuseText('sender_invalid', (text) => findProblem('fromEmail', SENDER_EXAMPLE, readMailbox(text))),
  ),
  replyTo: z
    .string('replyTo has to be text: write an address')
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
        ? 'templates is missing: write a list of { usageType, contentType, subject, content }'
        : 'templates has to be a list of { usageType, contentType, subject, content }',
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
        'the value of a custom header has to be text or a list of texts',
      ),
      'customHeaders has to be an object of names and values',
    )
    .overwrite((headers) =>
      Object.fromEntries(Object.entries(headers).filter(([name]) => !isReservedHeader(name))),
    )
    .optional(),
});

/** The one JSON object, checked and normalized: server, sender and templates. Frozen. */
export interface ConnectorConfig extends Readonly<SmtpConfig> {
  /**
   * The sender of every email: an address, or a name and an address.
   * @example "Example <noreply@example.com>"
   */
  readonly fromEmail: string;
  /** Where answers go, if not to the sender; several addresses are separated by commas. */
  readonly replyTo?: string | undefined;
  /**
   * The language when a request names none, or none that there is a template for (BCP 47).
   * @example "en"
   * @example "pt-BR"
   */
  readonly defaultLocale?: string | undefined;
  /** The emails, one for each usage type and language. */
  readonly templates: Template[];
  /**
   * Schemes that links in payloads may have along with https and http, for deep links.
   * @example ["myapp"]
   */
  readonly linkSchemes?: string[] | undefined;
  /** Further header fields of every email. */
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
 * A further check of a config. It gets what was written, however broken: blanks are left out, and `url` is taken apart
 * into `host`, `port`, `secure` and `auth`. It must not throw, and must not show a secret.
 */
export type ConfigRule = (config: Readonly<Record<string, unknown>>) => ConfigIssue[];

export interface InspectOptions {
  /** Whether a template that Handlebars can't read is an error, or (`text`) a warning. @default 'error' */
  brokenTemplate?: BrokenTemplate | undefined;
  /**
   * The usage types that must have a template, such as those that an auth system always sends. Without a template for its
   * type, an email fails with `template_not_found`.
   * @default none; the config needs one template, whatever its type
   */
  requireTypes?: readonly string[] | undefined;
  /** Further checks, such as those of `@postern/transport-smtp` for well-known providers. @default none */
  rules?: readonly ConfigRule[] | undefined;
  /**
   * Where the references of a config lead, usually `process.env`: `"pass": "${SMTP_PASS}"` becomes the value of
   * `SMTP_PASS`. Every text outside of `templates` may hold references; `$${` stands for a plain `${`.
   * @default references are not looked up, and those in `auth` are errors
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
 * Checks a config and reports every problem at once: errors that make it unusable, and warnings about likely mistakes.
 * The result has a `config` if there are no errors.
 *
 * @throws {ConfigError} if the options are not usable, never for the config
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
  // What else there is to say about these fields is said of the reference, not of the value.
  const unresolved = new Set(resolved.issues.map(({ path }) => formatPath(path)));
  return { issues: [...resolved.issues, ...issues.filter(({ path }) => !unresolved.has(formatPath(path)))] };
}

/**
 * Checks, normalizes and freezes the one JSON object of a Logto SMTP connector, or of your own.
 * `null` and `''` in optional fields mean "not set", as admin forms store them.
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

/**
 * Reads the part of a connector config that reaches the server, as {@link parseConnectorConfig} does. Other keys are left out.
 *
 * @throws {ConfigError} with every problem in `issues`
 */
export function parseSmtpConfig(input: unknown): SmtpConfig {
  const { config, issues } = inspect(smtpConfigSchema, input, checkCombinations);
  if (config === undefined) throw new ConfigError(issues);
  return config;
}
