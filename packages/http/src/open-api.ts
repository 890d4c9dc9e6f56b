import * as z from 'zod';
import { PROBLEMS, type ProblemCode, problemTypeOf } from './problem.js';
import type { Route } from './route.js';

const PROBLEM_REF = { $ref: '#/components/schemas/Problem' };

const problemSchema = z
  .object({
    type: z.enum((Object.keys(PROBLEMS) as ProblemCode[]).map(problemTypeOf)),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEMS) as ProblemCode[]),
    detail: z.string().optional(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    retryAfter: z.int().optional().describe('Seconds, as in the Retry-After header.'),
    retryable: z.boolean().optional(),
    attemptsLeft: z.int().optional(),
    scope: z.enum(['address', 'ip', 'store']).optional(),
  })
  .meta({ id: 'Problem', description: 'A problem document (RFC 9457).' });

/** The route's own problems and those that follow from `access` and `body`. */
const problemsOf = ({ access, body, problems }: Route): ProblemCode[] => [
  ...(access === 'authorized' ? (['unauthorized'] as const) : []),
  ...(body
    ? (['malformed_json', 'invalid_request', 'content_too_large', 'unsupported_media_type'] as const)
    : []),
  ...problems,
  'internal_error',
];

const RETRY_AFTER = { description: 'Seconds until a retry can succeed.', schema: { type: 'integer' } };

const RESPONSE_HEADERS: Readonly<Record<number, object>> = {
  204: {
    RateLimit: {
      description: 'The remaining cooldown of the address (draft-ietf-httpapi-ratelimit-headers-10).',
      schema: { type: 'string' },
    },
  },
  429: {
    'Retry-After': RETRY_AFTER,
    RateLimit: {
      description: 'The limit that was exceeded (draft-ietf-httpapi-ratelimit-headers-10).',
      schema: { type: 'string' },
    },
  },
  503: { 'Retry-After': RETRY_AFTER },
};

/** The JSON Schema of a Zod schema with an ID. */
function jsonSchemaOf(schema: z.ZodType, io: 'input' | 'output'): z.core.JSONSchema.BaseSchema {
  const { id = '' } = schema.meta() ?? {};
  const { $defs } = z.toJSONSchema(schema, { io });
  return $defs?.[id] ?? {};
}

/** The OpenAPI 3.1 document of these routes. Its URLs are relative to the document. */
export function describeOpenApi(routes: readonly Route[]): object {
  const schemas: Record<string, unknown> = {};
  const referTo = (schema: z.ZodType, io: 'input' | 'output') => {
    const { id = '' } = schema.meta() ?? {};
    schemas[id] = jsonSchemaOf(schema, io);
    return { $ref: `#/components/schemas/${id}` };
  };
  referTo(problemSchema, 'output');

  const responsesOf = (route: Route) => {
    const good = Object.entries(route.answers).map(
      ([status, { description, contentType, schema, hasPage }]) => [
        status,
        {
          description,
          ...(RESPONSE_HEADERS[Number(status)] && { headers: RESPONSE_HEADERS[Number(status)] }),
          ...((schema || contentType) && {
            content: {
              [contentType ?? 'application/json']: schema ? { schema: referTo(schema, 'output') } : {},
              ...(hasPage && { 'text/html': {} }),
            },
          }),
        },
      ],
    );
    const codes = Map.groupBy(new Set(problemsOf(route)), (code) => PROBLEMS[code].status);
    const bad = [...codes].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n'),
        ...(RESPONSE_HEADERS[status] && { headers: RESPONSE_HEADERS[status] }),
        content: {
          'application/problem+json': { schema: PROBLEM_REF },
          ...(route.fail && { 'text/html': {} }),
        },
      },
    ]);
    return Object.fromEntries([...good, ...bad]);
  };

  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = {
      operationId: route.operationId,
      summary: route.summary,
      security: route.access === 'authorized' ? [{ authorization: [] }] : [],
      ...(path.includes('{token}') && {
        parameters: [{ name: 'token', in: 'path', required: true, schema: { type: 'string' } }],
      }),
      ...(route.body && {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: referTo(route.body, 'input') } },
        },
      }),
      responses: responsesOf(route),
    };
  }

  return {
    openapi: '3.1.0',
    info: {
      title: 'Postern',
      description: 'Auth emails, one-time codes, and links.',
      version: '1.0.0',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // The document has the same mount path as the routes.
    servers: [{ url: '.' }],
    paths,
    components: {
      schemas,
      securitySchemes: { authorization: { type: 'http', scheme: 'bearer' } },
    },
  };
}
