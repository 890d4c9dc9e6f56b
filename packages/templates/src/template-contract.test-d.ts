import type { PayloadByType } from '@postern/core';
import { expectTypeOf, test } from 'vitest';
import type * as z from 'zod';
import type { templateVariables, USAGE_TYPES } from './index.js';

test('the contract is about the usage types of core', () => {
  expectTypeOf<(typeof USAGE_TYPES)[number]>().toEqualTypeOf<keyof PayloadByType>();
});

test('what fits the payload of core fits the contract', () => {
  expectTypeOf<{ code: string; application: { name: string } }>().toExtend<
    z.input<typeof templateVariables.SignIn>
  >();
});
