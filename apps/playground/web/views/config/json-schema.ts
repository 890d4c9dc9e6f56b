/** The part of JSON Schema (2020-12) that the config schema uses. */
export interface JsonSchema {
  readonly title?: string;
  readonly description?: string;
  readonly type?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly default?: unknown;
  readonly examples?: readonly unknown[];
}

/** A schema, the definition that it refers to, and their alternatives. */
function variantsOf(schema: JsonSchema, definitions: JsonSchema['$defs']): readonly JsonSchema[] {
  const definition = definitions?.[schema.$ref?.replace('#/$defs/', '') ?? ''];
  const others = [...(definition ? [definition] : []), ...(schema.anyOf ?? [])];
  return [schema, ...others.flatMap((each) => variantsOf(each, definitions))];
}

/** The schemas that can apply to a position in the document. */
export function schemasAt(root: JsonSchema, path: readonly (string | number)[]): readonly JsonSchema[] {
  const variants = (schema: JsonSchema) => variantsOf(schema, root.$defs);
  let schemas = variants(root);
  for (const part of path) {
    schemas = schemas
      .map(({ properties, items }) => (typeof part === 'number' ? items : properties?.[part]))
      .filter((schema) => schema !== undefined)
      .flatMap(variants);
  }
  return schemas;
}

/** The keys that an object can have. */
export function keysOf(
  schemas: readonly JsonSchema[],
): ReadonlyMap<string, { schema: JsonSchema; isRequired: boolean }> {
  const keys = new Map<string, { schema: JsonSchema; isRequired: boolean }>();
  for (const { properties = {}, required = [] } of schemas) {
    for (const [key, schema] of Object.entries(properties)) {
      if (!keys.has(key)) keys.set(key, { schema, isRequired: required.includes(key) });
    }
  }
  return keys;
}

/** The allowed or usual values. */
export function valuesOf(schemas: readonly JsonSchema[]): readonly unknown[] {
  const values = schemas.flatMap((schema) => [
    ...(schema.enum ?? []),
    ...('const' in schema ? [schema.const] : []),
    ...(schema.type === 'boolean' ? [true, false] : []),
    ...('default' in schema ? [schema.default] : []),
    ...(schema.examples ?? []),
  ]);
  return [...new Set(values)];
}
