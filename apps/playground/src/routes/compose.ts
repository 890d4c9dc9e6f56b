import { sampleContext, samplePayload } from '@postern/config-tools';
import { ConfigError, type Template, templateSchema } from '@postern/core';
import { createTemplates, LOCALES, USAGE_TYPES } from '@postern/templates';
import { Router } from 'express';
import { BRAND } from '../built-in-config.js';
import { sendEmailDocument } from '../email-document.js';
import { payloadFields } from '../payload-fields.js';
import type { Previewer } from '../preview.js';
import { refusal } from '../problem.js';
import { readBody, readQuery } from '../request-input.js';
import type { ConfigStore } from '../running-config.js';
import { SAMPLE_RECIPIENT } from '../sample-emails.js';
import {
  type ComposeChoices,
  type ComposeUsageType,
  type Language,
  previewRequestSchema,
} from '../wire/compose.js';
import { readyMadeQuerySchema, type TemplateList } from '../wire/template.js';

const english = new Intl.DisplayNames('en', { type: 'language' });

const LANGUAGES: readonly Language[] = LOCALES.map((tag) => ({
  tag,
  name: new Intl.DisplayNames(tag, { type: 'language' }).of(tag) ?? tag,
  englishName: english.of(tag) ?? tag,
}));

const isReadyMade = (type: string) => USAGE_TYPES.some((known) => known === type);

function chooseFrom({ current }: ConfigStore): ComposeChoices {
  const { templates, defaultLocale } = current.config;
  const types = [...new Set([...templates.map(({ usageType }) => usageType), ...USAGE_TYPES])];
  return {
    usageTypes: types.map((type) => ({
      type,
      isReadyMade: isReadyMade(type),
      locales: templates.filter(({ usageType }) => usageType === type).map(({ locale }) => locale ?? null),
      fields: payloadFields(type),
      samplePayload: samplePayload(type),
      ...contextOf(type),
    })),
    languages: LANGUAGES,
    ...(defaultLocale !== undefined && { defaultLocale }),
  };
}

/** Without a time, an email shows the time at which it is sent. */
function contextOf(type: string): Pick<ComposeUsageType, 'requestContext'> {
  const { time: _, ...requestContext } = sampleContext(type) ?? {};
  return Object.keys(requestContext).length > 0 ? { requestContext } : {};
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
    response.json(await previewer.preview({ template, payload, to, source }));
  });

  router.get('/compose/previews/:id/html', (request, response) => {
    const html = previewer.htmlOf(request.params.id);
    if (html === undefined) throw refusal('not_found', { detail: 'The preview has expired.' });
    sendEmailDocument(request, response, html);
  });

  router.get('/templates', (_request, response) => {
    const list: TemplateList = { templates: config.current.config.templates };
    response.json(list);
  });

  router.put('/templates', (request, response) => {
    response.json(config.putTemplate(readBody(templateSchema, request)));
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
    response.json(template);
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
    // The error is in the brand that the user entered, not in the config.
    if (error instanceof ConfigError)
      throw refusal('request_invalid', { detail: error.issues.map(({ message }) => message).join('; ') });
    throw error;
  }
}
