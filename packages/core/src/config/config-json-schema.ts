/**
 * The JSON Schema (2020-12) of a connector config, for editors and forms. It describes the structure.
 * `inspectConnectorConfig` also checks combinations of keys, and treats `null` and `''` as "not set".
 */
// The build inserts the value, which `json-schema.ts` generates from the zod schemas and the TSDoc.
export const connectorConfigJsonSchema: Readonly<Record<string, unknown>> = {};
