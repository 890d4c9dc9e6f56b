import { expectTypeOf, test } from 'vitest';
import * as z from 'zod';
import {
  type ConnectorConfig,
  type connectorConfigSchema,
  type SendRequestInput,
  type SmtpAuth,
  type SmtpConfig,
  sendRequestSchema,
  smtpAuthSchema,
  smtpConfigSchema,
  type Template,
  type TemplateOverride,
  templateSchema,
} from './index.js';
import type { templateOverrideSchema } from './template/template.js';

test('the declared types match the output of the schemas', () => {
  expectTypeOf<z.output<typeof templateSchema>>().toEqualTypeOf<Template>();
  expectTypeOf<z.output<typeof smtpAuthSchema>>().toEqualTypeOf<SmtpAuth>();
  expectTypeOf<z.output<typeof smtpConfigSchema>>().toEqualTypeOf<SmtpConfig>();
  expectTypeOf<Readonly<z.output<typeof connectorConfigSchema>>>().toEqualTypeOf<ConnectorConfig>();
  expectTypeOf<z.input<typeof templateOverrideSchema>>().toEqualTypeOf<TemplateOverride>();
});

test('a schema has an output type', () => {
  expectTypeOf(smtpConfigSchema.parse).returns.toEqualTypeOf<SmtpConfig>();
  expectTypeOf(smtpAuthSchema.parse).returns.toEqualTypeOf<SmtpAuth>();
  const result = templateSchema.safeParse({});
  expectTypeOf(result.data).toEqualTypeOf<Template | undefined>();
  if (!result.success) expectTypeOf(result.error.issues[0]?.message).toEqualTypeOf<string | undefined>();
});

test('a schema can be part of a Zod schema', () => {
  const job = z.object({ request: sendRequestSchema, template: templateSchema });
  expectTypeOf<z.output<typeof job>['request']['expiresAt']>().toEqualTypeOf<Date | undefined>();
  expectTypeOf<z.output<typeof job>['template']>().toEqualTypeOf<Template>();
  expectTypeOf<z.input<typeof job>['request']>().toEqualTypeOf<SendRequestInput>();
});
