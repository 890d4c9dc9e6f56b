import type { SendRequest } from '@postern/core';
import { expect, test } from 'vitest';
import { CALLERS } from '../fixtures/auth-systems.js';
import { logtoEvent, logtoInteraction, logtoManagement, logtoUser } from '../fixtures/logto-events.js';
import { NOW, openWorld } from '../fixtures/webhook-world.js';
import { createLogtoNoticeWebhook, type LogtoNoticeWebhookOptions } from './index.js';

const system = CALLERS.find(({ name }) => name === 'logto-notices') ?? expect.unreachable();

/** The requests that the mailer receives. */
async function requestsOf(event: object, types?: LogtoNoticeWebhookOptions['types']) {
  const requests: SendRequest[] = [];
  const { post, transport } = openWorld({
    ...system,
    createWebhook: (options) =>
      createLogtoNoticeWebhook({
        ...options,
        ...{ secret: system.secret, types },
        mailer: {
          ...options.mailer,
          send(request, operation) {
            requests.push(request);
            return options.mailer.send(request, operation);
          },
        },
      }),
  });
  expect((await post(event)).status).toBe(204);
  return { requests, emails: transport.emails };
}

test.each<[string, object, string]>([
  ['PostResetPassword', logtoInteraction('PostResetPassword'), 'PasswordChanged'],
  [
    'User.Data.Updated with a new password',
    logtoManagement('User.Data.Updated', 'PATCH', '/users/:userId/password'),
    'PasswordChanged',
  ],
  ['User.Deleted', logtoManagement('User.Deleted', 'DELETE', '/users/:userId'), 'AccountDeleted'],
])('%s sends a notice in the language of the profile', async (_name, event, type) => {
  const { emails } = await requestsOf(event);
  expect(emails).toMatchObject([{ type, to: 'ada@example.com', locale: 'de' }]);
});

test('a device or an address that is not valid does not stop a notice', async () => {
  const event = { ...logtoInteraction('PostResetPassword'), userAgent: 5, userIp: {}, ip: [] };
  expect((await requestsOf(event)).emails).toMatchObject([{ type: 'PasswordChanged' }]);
});

test('PostSignIn sends a notice if the application wants it', async () => {
  const event = logtoInteraction('PostSignIn');
  expect((await requestsOf(event)).emails).toEqual([]);
  const { emails } = await requestsOf(event, { PostSignIn: 'NewSignIn' });
  expect(emails).toMatchObject([{ type: 'NewSignIn', to: 'ada@example.com' }]);
});

test('a notice shows the browser of the user, but not that of a server, and the time of the event', async () => {
  const context = { time: new Date(NOW), timeZone: 'Europe/Zurich' };
  const own = await requestsOf(logtoInteraction('PostResetPassword'));
  expect(own.requests).toMatchObject([{ ip: '203.0.113.7' }]);
  expect(own.requests[0]?.requestContext).toEqual({
    userAgent: expect.stringContaining('Firefox'),
    ...context,
  });
  const other = await requestsOf(logtoManagement('User.Deleted', 'DELETE', '/users/:userId'));
  expect(other.requests[0]?.ip).toBeUndefined();
  expect(other.requests[0]?.requestContext).toEqual(context);
});

test.each<[string, object]>([
  ['a changed name', logtoManagement('User.Data.Updated', 'PATCH', '/users/:userId')],
  ['a change by the user', logtoEvent('User.Data.Updated', { data: logtoUser() })],
  ['another event', logtoEvent('Role.Created', { data: { id: 'r1', name: 'admin' } })],
  ['data that is not a user', logtoEvent('Organization.Deleted', { data: [] })],
  ['an event of the future', logtoInteraction('PostEverything')],
  ['the name of a method', logtoInteraction('constructor')],
  ['a user without an email address', logtoInteraction('PostResetPassword', { primaryEmail: null })],
  // `generateHookTestPayload` in Logto.
  ['a test of the console', logtoInteraction('PostResetPassword', { id: 'fake-id' })],
  ['a test of the console without a user', logtoEvent('User.Deleted', { data: { result: 'success' } })],
])('%s sends nothing', async (_name, event) => {
  expect((await requestsOf(event)).emails).toEqual([]);
});
