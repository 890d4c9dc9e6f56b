import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ConnectorConfigFormItem, ConnectorType, connectorMetadataGuard } from '@logto/connector-kit';
import createOfficial from '@logto/connector-smtp';
import { expect, test } from 'vitest';
import createConnector from './index.js';

const getConfig = async () => ({});
const { metadata, type, configGuard } = await createConnector({ getConfig });
const { metadata: official } = await createOfficial({ getConfig });

const inPackage = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));

test('describes an email connector that the host accepts', () => {
  expect(type).toBe(ConnectorType.Email);
  expect(connectorMetadataGuard.parse(metadata)).toEqual(metadata);
});

test('replaces the official connector', () => {
  expect(metadata).toMatchObject({ id: official.id, target: official.target, platform: official.platform });
  expect(Object.keys(metadata.name)).toEqual(expect.arrayContaining(Object.keys(official.name)));
  expect(Object.keys(metadata.description)).toEqual(
    expect.arrayContaining(Object.keys(official.description)),
  );
  expect(new Set(Object.values(metadata.description)).size).toBe(Object.keys(metadata.name).length);
});

test('has every field of the official form with the same key, type, and label', () => {
  const facts = (items: ConnectorConfigFormItem[] = []) =>
    items.map((item) => ({ key: item.key, type: item.type, label: item.label }));
  const ours = facts(metadata.formItems);
  expect(ours).toEqual(expect.arrayContaining(facts(official.formItems)));
  expect(new Set(ours.map(({ key }) => key)).size).toBe(ours.length);
  const added = metadata.formItems?.filter(
    ({ key }) => !official.formItems?.some((item) => item.key === key),
  );
  const ofProviders = added?.filter(({ showConditions }) => showConditions) ?? [];
  expect(added?.filter((item) => !ofProviders.includes(item)).map(({ key }) => key)).toEqual([
    ...['provider', 'defaultLocale', 'dkim', 'envelopeFrom', 'maxConnections', 'linkGuard'],
  ]);
  expect(added?.every((item) => item.required === false || ofProviders.includes(item))).toBe(true);
});

test('starts with a form in which only the server and the sender are missing', () => {
  const defaults = metadata.formItems?.flatMap(({ key, defaultValue }) =>
    defaultValue === undefined ? [] : [[key, defaultValue]],
  );
  const config = Object.fromEntries(defaults ?? []);
  expect(configGuard.safeParse(config).error?.issues.map(({ path }) => path)).toEqual([
    ['fromEmail'],
    ['host'],
    ['port'],
  ]);
  const filled = {
    ...config,
    host: 'smtp.example.com',
    port: 465,
    secure: true,
    fromEmail: 'noreply@example.com',
  };
  expect(configGuard.safeParse(filled).success).toBe(true);
});

test('refers to files that exist and are small', () => {
  for (const path of [metadata.logo, metadata.logoDark ?? '', metadata.readme]) {
    expect(existsSync(inPackage(path))).toBe(true);
  }
  for (const path of [metadata.logo, metadata.logoDark ?? '']) {
    const svg = readFileSync(inPackage(path), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg.length).toBeLessThan(2000);
  }
});
