import * as z from 'zod';
import { fromZodIssue } from '../config-issue.js';
import { hideOnInspect } from '../secrets.js';
import { findSimilarName } from '../similar-name.js';
import { readWebUrl } from '../web-url.js';
import type { ApiProvider, ApiProviderKey } from './api-provider.js';
import type { ApiProviderConfig } from './api-provider-config.js';
import { apiProviders } from './api-providers.js';
import { isRecord, readFlag } from './config-input.js';
import { ehloName, type SmtpConfig, smtpConfigSchema } from './smtp-config.js';

/** An SMTP server in a list of providers. Its keys are those of the config, except that `name` is `ehloName`. */
export interface SmtpProviderConfig extends Readonly<Omit<SmtpConfig, 'name'>> {
  readonly name: 'smtp';
  /** The name of this machine in EHLO, in ASCII. @default its host name */
  readonly ehloName?: string | undefined;
}

/** One way to deliver emails: the HTTP API of a provider, or an SMTP server. */
export type ProviderConfig = ApiProviderConfig | SmtpProviderConfig;

/** The name that selects an SMTP server. */
export const SMTP = 'smtp';

const NAMES: readonly string[] = [...apiProviders.map(({ name }) => name), SMTP];

const BASE_URL_RULE =
  "baseUrl must be a URL that starts with https://, or http:// on the local machine, without a query or a fragment: remove baseUrl to use the provider's URL";

/** All credentials become part of a URL or a header field. */
const PRINTABLE_ASCII = /^[\x21-\x7e]+$/;

function valueSchema({ key, find, example, pattern, choices, type, optional }: ApiProviderKey): z.ZodType {
  const rule = `set it to ${choices ? `one of ${choices.join(', ')}` : find}`;
  if (type === 'boolean') {
    const flag = z.preprocess(readFlag, z.boolean(`${key} must be true or false: ${rule}`));
    return optional ? flag.optional() : flag;
  }
  if (type === 'url') {
    const message = `${key} is not valid: ${rule}`;
    const url = z
      .string(message)
      .overwrite((text) => text.trim())
      .refine((text) => readWebUrl(text) !== undefined, message);
    return optional ? url.optional() : url;
  }
  const error = ({ input }: { input?: unknown }) =>
    `${key} ${input === undefined ? 'is required' : choices ? 'is not valid' : 'must be a string'}: ${rule}`;
  const value = choices
    ? z.enum(choices, { error })
    : z
        .string({ error })
        // Copied text often ends with a line break.
        .overwrite((text) => text.trim())
        .regex(
          pattern ?? PRINTABLE_ASCII,
          pattern
            ? `${key} is not valid: ${rule}, such as ${example}`
            : `${key} contains characters that are not valid, such as spaces: ${rule}`,
        );
  return optional ? value.optional() : value;
}

/** The schema of one provider's entry in the config. */
export const apiProviderSchema = ({ name, keys }: ApiProvider) =>
  z.object({
    name: z.literal(name),
    ...Object.fromEntries(keys.map((key) => [key.key, valueSchema(key)])),
    baseUrl: z
      .string(BASE_URL_RULE)
      .refine((text) => readWebUrl(text) !== undefined && !/[?#]/.test(text), BASE_URL_RULE)
      .optional(),
  });

/** The schema of an SMTP server in a list of providers. */
export const smtpProviderSchema = smtpConfigSchema
  .omit({ name: true })
  .extend({ name: z.literal(SMTP), ehloName: ehloName('ehloName') });

const secretsOf = ({ keys }: ApiProvider) => keys.filter(({ secret }) => secret).map(({ key }) => key);

const SCHEMAS: Readonly<Record<string, z.ZodObject>> = {
  ...Object.fromEntries(apiProviders.map((each) => [each.name, apiProviderSchema(each)])),
  [SMTP]: smtpProviderSchema,
};

/** The keys of a provider, to find misspelled ones. `undefined` if the name is unknown. */
export const providerKeys = (name: unknown): readonly string[] | undefined =>
  typeof name === 'string' && Object.hasOwn(SCHEMAS, name)
    ? Object.keys(SCHEMAS[name]?.shape ?? {})
    : undefined;

const EXAMPLE = '{ "name": "resend", "apiKey": … }';

function problemOfName(name: unknown): string {
  const rule = `set name to one of ${NAMES.join(', ')}`;
  if (name === undefined) return `a provider requires a name: ${rule}`;
  if (typeof name !== 'string') return `the name of a provider must be a string: ${rule}`;
  const word = name.toLowerCase();
  const similar = findSimilarName(word, NAMES) ?? NAMES.find((each) => each.split('-').includes(word));
  return `the provider is not known: ${similar ? `did you mean "${similar}"?` : rule}`;
}

function readProvider(input: unknown, { issues }: z.RefinementCtx): ProviderConfig {
  const fail = (message: string, path: (string | number)[], code: string) => {
    issues.push({ code: 'custom', message, path, params: { code }, input });
    return z.NEVER;
  };
  if (!isRecord(input)) return fail(`a provider must be an object such as ${EXAMPLE}`, [], 'not_allowed');
  const { name } = input;
  const schema = typeof name === 'string' && Object.hasOwn(SCHEMAS, name) ? SCHEMAS[name] : undefined;
  if (!schema)
    return fail(problemOfName(name), ['name'], name === undefined ? 'missing' : 'provider_unknown');
  const parsed = schema.safeParse(input, { reportInput: true });
  if (!parsed.success) {
    for (const issue of parsed.error.issues.map(fromZodIssue)) fail(issue.message, issue.path, issue.code);
    return z.NEVER;
  }
  const provider = apiProviders.find((each) => each.name === name);
  const config = parsed.data as unknown as ProviderConfig; // the schema of this name
  return provider ? hideOnInspect(config, secretsOf(provider) as (keyof ProviderConfig)[]) : config; // its keys
}

/** A provider in the config. `name` determines the other keys. */
export const providerConfigSchema = z.unknown().transform(readProvider);

export const providerListSchema = z
  .array(
    providerConfigSchema,
    `providers must be a list of providers in order of failover, such as [${EXAMPLE}]`,
  )
  .min(1, 'providers is empty: add a provider, or remove providers');
