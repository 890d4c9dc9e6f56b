import schema from './connector-config.schema.json' with { type: 'json' };

/**
 * JSON Schema (2020-12) of what may be written in the file, for editors and forms. It knows the shape;
 * `inspectConnectorConfig` also knows what fits together, and takes `null` and `''` for "not set".
 */
export const connectorConfigJsonSchema: Readonly<Record<string, unknown>> = schema;
