import { readFileSync } from 'node:fs';
import ts from 'typescript';
import * as z from 'zod';
import type { ApiProvider } from './src/config/api-provider.js';
import { apiProviders } from './src/config/api-providers.js';
import { connectorConfigSchema } from './src/config/connector-config.js';
import { apiProviderSchema, smtpProviderSchema } from './src/config/provider-config.js';
import {
  clientCredentialsAuthSchema,
  loginAuthSchema,
  serviceKeyAuthSchema,
  tokenAuthSchema,
} from './src/config/smtp-auth.js';

type JsonSchema = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, JsonSchema>>;

/** `120,000` and `true` as values. Other defaults are prose. */
const readDefault = (text: string): unknown => {
  const literal = text.replaceAll(',', '');
  return /^(?:\d+|true|false)$/.test(literal) ? JSON.parse(literal) : undefined;
};

/** What the TSDoc of a field says in JSON Schema: `@default` is a value or a sentence, each `@example` a value. */
function describeField(field: ts.TypeElement): JsonSchema {
  const tags = ts.getJSDocTags(field).map(({ tagName, comment }) => ({
    name: tagName.text,
    text: ts.getTextOfJSDocComment(comment) ?? '',
  }));
  const [{ comment = undefined } = {}] = ts.getJSDocCommentsAndTags(field);
  const text = (ts.getTextOfJSDocComment(comment) ?? '').replace(/\s+/g, ' ').replaceAll('`', '');
  const standard = tags.find(({ name }) => name === 'default')?.text;
  const value = standard === undefined ? undefined : readDefault(standard);
  const examples = tags.filter(({ name }) => name === 'example').map((tag) => JSON.parse(tag.text));
  const isProse = standard !== undefined && value === undefined;
  return {
    ...(text && { description: isProse ? `${text} Default: ${standard.replaceAll('`', '')}.` : text }),
    ...(value !== undefined && { default: value }),
    ...(examples.length > 0 && { examples }),
  };
}

/** Reads the TSDoc of each field of an interface. */
function describeFields(file: string, name: string): Properties {
  const text = readFileSync(new URL(`src/${file}`, import.meta.url), 'utf8');
  const { statements } = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found = statements.find((each) => ts.isInterfaceDeclaration(each) && each.name.text === name);
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${file} has no interface ${name}.`);
  return Object.fromEntries(
    found.members.map((field) => [field.name?.getText() ?? '', describeField(field)]),
  );
}

const generate = (schema: z.ZodType): JsonSchema =>
  z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

/** Adds descriptions to the properties of a generated schema. */
const describeAll = (properties: unknown, descriptions: Properties): Record<string, JsonSchema> =>
  Object.fromEntries(
    Object.entries(properties as Properties).map(([key, schema]) => [
      key,
      { ...schema, ...descriptions[key] },
    ]),
  );

/** Matches a word in any letter case, as the config does. */
const word = (text: string): JsonSchema => ({
  type: 'string',
  pattern: `^${text.replace(/[a-z]/g, (char) => `[${char}${char.toUpperCase()}]`)}$`,
  examples: [text],
});

/** Describes one kind of auth. */
function describeAuth(
  title: string,
  name: string,
  schema: z.ZodObject,
  further: JsonSchema = {},
): JsonSchema {
  const { properties, required } = generate(schema);
  const described = describeAll(properties, describeFields('config/smtp-auth.ts', name));
  const { accessUrl } = described;
  return {
    title,
    type: 'object',
    properties: {
      ...described,
      type: word(name === 'LoginAuth' ? 'login' : 'oauth2'),
      ...(accessUrl && { accessUrl: { ...accessUrl, pattern: '^https?://' } }),
    },
    required: (required as string[]).filter((key) => key !== 'type'),
    ...further,
  };
}

/** A sentence for an editor: "a Resend API key" → "A Resend API key." */
const toSentence = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** A reference to a variable. */
const REFERENCE = { type: 'string', pattern: '\\$\\{' };

/** Describes the API of one provider. */
function describeApi(provider: ApiProvider): JsonSchema {
  const { properties, required } = generate(apiProviderSchema(provider));
  return {
    title: provider.title,
    type: 'object',
    properties: describeAll(properties, {
      name: { description: `Send with the API of ${provider.title}.` },
      baseUrl: { description: 'URL of the API, for a proxy or a test server.' },
      ...Object.fromEntries(
        provider.keys.map(({ key, find, example, choices, pattern, type }) => [
          key,
          {
            description: toSentence(find),
            ...(example !== undefined && { examples: [example] }),
            ...(choices && { type: undefined, enum: undefined, anyOf: [{ enum: choices }, REFERENCE] }),
            ...(type === 'boolean' && { type: undefined, anyOf: [{ type }, REFERENCE] }),
            ...(pattern && { pattern: `${pattern.source}|${REFERENCE.pattern}` }),
          },
        ]),
      ),
    }),
    required,
  };
}

const URL_KEY = {
  type: 'string',
  pattern: '^(?:[sS][mM][tT][pP][sS]?://|\\$\\{)',
  description: 'host, port, secure, and auth in one URL. Those keys override it.',
  examples: ['smtps://user:password@smtp.example.com:465'],
};

const HAS_SERVER = [{ required: ['host', 'port'] }, { required: ['url'] }, { required: ['service'] }];

/** Describes an SMTP server in a list of providers. */
function describeServer(described: Readonly<Record<string, JsonSchema>>): JsonSchema {
  const keys = Object.keys(generate(smtpProviderSchema).properties as Properties);
  return {
    title: 'SMTP server',
    type: 'object',
    properties: {
      name: { type: 'string', const: 'smtp', description: 'Send through an SMTP server.' },
      url: URL_KEY,
      ...Object.fromEntries(keys.flatMap((key) => (described[key] ? [[key, described[key]]] : []))),
      ehloName: described.name,
    },
    required: ['name'],
    anyOf: HAS_SERVER,
  };
}

/** Creates the JSON Schema of a connector config. Its structure comes from the zod schemas, and its descriptions from the TSDoc. */
export function describeConfig(): JsonSchema {
  const { $schema, properties } = generate(connectorConfigSchema);
  const described = describeAll(properties, {
    ...describeFields('config/smtp-config.ts', 'SmtpConfig'),
    ...describeFields('config/connector-config.ts', 'ConnectorConfig'),
  });
  const { dkim, templates, provider, providers, ...others } = described as Record<
    string,
    JsonSchema & { properties?: unknown }
  >;
  const { items } = templates as { items: JsonSchema };
  const auth = {
    ...described.auth,
    anyOf: [
      {
        title: 'No login',
        type: 'object',
        properties: { type: word('login') },
        additionalProperties: false,
      },
      describeAuth('Username and password', 'LoginAuth', loginAuthSchema),
      describeAuth('OAuth2 with the key of a service account', 'ServiceKeyAuth', serviceKeyAuthSchema),
      describeAuth(
        'OAuth2 as an application (client credentials)',
        'ClientCredentialsAuth',
        clientCredentialsAuthSchema,
      ),
      describeAuth('OAuth2 with a refresh token, or a ready access token', 'TokenAuth', tokenAuthSchema, {
        anyOf: [{ required: ['refreshToken'] }, { required: ['accessToken'] }],
      }),
    ],
  };
  const server = {
    ...others,
    auth,
    dkim: {
      ...dkim,
      properties: describeAll(dkim?.properties, describeFields('config/smtp-config.ts', 'DkimConfig')),
    },
  };
  return {
    $schema,
    title: 'Postern connector config',
    description: 'SMTP server or providers, sender, and templates for auth mail, in one object.',
    type: 'object',
    $defs: { provider: { anyOf: [...apiProviders.map(describeApi), describeServer(server)] } },
    properties: {
      url: URL_KEY,
      ...server,
      provider: { ...provider, $ref: '#/$defs/provider' },
      providers: { ...providers, items: { $ref: '#/$defs/provider' } },
      templates: {
        ...templates,
        minItems: 1,
        items: {
          ...items,
          properties: describeAll(items.properties, describeFields('template/template.ts', 'Template')),
        },
      },
    },
    required: ['fromEmail', 'templates'],
    anyOf: [...HAS_SERVER, { required: ['provider'] }, { required: ['providers'] }],
  };
}
