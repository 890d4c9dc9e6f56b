/**
 * JSON Schema (2020-12) of what may be written in the file, for editors and forms. It knows the shape;
 * `inspectConnectorConfig` also knows what fits together, and takes `null` and `''` for "not set".
 */
// The build puts the value here: `json-schema.ts` makes it of the zod schemas and the TSDoc.
export const connectorConfigJsonSchema: Readonly<Record<string, unknown>> = {};
