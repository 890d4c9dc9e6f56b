import { samplePayload } from '@postern/config-tools';
import { ConfigError, carriesCode, type Template, templateSchema } from '@postern/core';
import { createTemplates, LOCALES, USAGE_TYPES } from '@postern/templates';
import { Router } from 'express';
import type { z } from 'zod';
import { BRAND } from '../built-in-config.js';
import { directionOf, sendEmailDocument } from '../email-document.js';
import { payloadFields } from '../payload-fields.js';
import type { Previewer } from '../preview.js';
import { refusal } from '../problem.js';
import { readBody, readQuery } from '../request-input.js';
import type { ConfigStore } from '../running-config.js';
import { SAMPLE_RECIPIENT } from '../sample-emails.js';
import { type ComposeChoices, type Language, previewRequestSchema } from '../wire/compose.js';
import {
  type ReadyMadeTemplate,
  readyMadeQuerySchema,
  type TemplateList,
  templateRequestSchema,
} from '../wire/template.js';

const RIGHT_TO_LEFT = ['ar', 'he', 'fa', 'ur'];
const english = new Intl.DisplayNames('en', { type: 'language' });

const LANGUAGES: readonly Language[] = LOCALES.map((tag) => ({
  tag,
  name: new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag,
  englishName: english.of(tag) ?? tag,
  direction: RIGHT_TO_LEFT.includes(new Intl.Locale(tag).language) ? 'rtl' : 'ltr',
}));

const isReadyMade = (type: string) => USAGE_TYPES.some((known) => known === type);

/** @throws {ProblemError} `request_invalid` for a template that no config can have */
function toTemplate(request: z.output<typeof templateRequestSchema>): Template {
  const set = Object.fromEntries(Object.entries(request).filter(([, part]) => part !== null && part !== ''));
  const parsed = templateSchema.safeParse({ subject: '', content: '', ...set });
  if (parsed.success) return parsed.data;
  throw refusal('request_invalid', { detail: parsed.error.issues.map(({ message }) => message).join('; ') });
}

function chooseFrom({ current }: ConfigStore): ComposeChoices {
  const { templates, defaultLocale, fromEmail } = current.config;
  const types = [...new Set([...templates.map(({ usageType }) => usageType), ...USAGE_TYPES])];
  return {
    usageTypes: types.map((type) => ({
      type,
      carriesCode: carriesCode(type),
      isReadyMade: isReadyMade(type),
      locales: templates.filter(({ usageType }) => usageType === type).map(({ locale }) => locale ?? null),
      fields: payloadFields(type),
      samplePayload: samplePayload(type),
    })),
    languages: LANGUAGES,
    ...(defaultLocale !== undefined && { defaultLocale }),
    fromEmail,
  };
}

export interface ComposeOptions {
  readonly config: ConfigStore;
  readonly previewer: Previewer;
}

export function composeRoutes({ config, previewer }: ComposeOptions): Router {
  const router = Router();

  router.get('/compose', (_request, response) => {
    response.json(chooseFrom(config));
  });

  router.post('/compose/preview', async (request, response) => {
    const { template, payload, to = SAMPLE_RECIPIENT, source } = readBody(previewRequestSchema, request);
    response.json(await previewer.preview({ template: toTemplate(template), payload, to, source }));
  });

  router.get('/compose/previews/:id/html', (request, response) => {
    const html = previewer.htmlOf(request.params.id);
    if (html === undefined) throw refusal('not_found', { detail: 'There are newer previews.' });
    sendEmailDocument(request, response, html);
  });

  router.get('/templates', (_request, response) => {
    const list: TemplateList = { templates: config.current.config.templates };
    response.json(list);
  });

  router.put('/templates', (request, response) => {
    response.json(config.putTemplate(toTemplate(readBody(templateRequestSchema, request))));
  });

  router.get('/templates/ready-made', (request, response) => {
    const { type, locale, brand = BRAND, accent } = readQuery(readyMadeQuerySchema, request);
    const known = LOCALES.find((each) => each === locale);
    if (!known || !isReadyMade(type))
      throw refusal('not_found', { detail: `There is no ready-made ${type} template in ${locale}.` });
    const [template] = makeTemplates(brand, accent, known).filter(
      (each) => each.usageType === type && each.locale === known,
    );
    if (!template) throw refusal('not_found');
    const made: ReadyMadeTemplate = { template, direction: directionOf(template.content) };
    response.json(made);
  });
  return router;
}

function makeTemplates(
  name: string,
  accent: string | undefined,
  locale: (typeof LOCALES)[number],
): Template[] {
  try {
    return createTemplates({
      brand: { name, ...(accent !== undefined && { colors: { light: { accent } } }) },
      locales: [locale],
      defaultLocale: locale,
    });
  } catch (error) {
    // Of the brand, which a person typed; not of a config.
    if (error instanceof ConfigError)
      throw refusal('request_invalid', { detail: error.issues.map(({ message }) => message).join('; ') });
    throw error;
  }
}
