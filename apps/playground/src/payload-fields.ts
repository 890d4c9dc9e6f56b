import { samplePayload } from '@postern/config-tools';
import { isNotice } from '@postern/core';
import { variablesOf } from './template-check.js';
import type { PayloadField } from './wire/compose.js';

const named = (path: string, label: string, description: string) =>
  ({ path: `${path}.name`, label, kind: 'text', description }) as const;

/** The form field of each variable. */
const FIELDS: Readonly<Record<string, Omit<PayloadField, 'required'>>> = {
  code: {
    path: 'code',
    label: 'Code',
    kind: 'code',
    description: 'The one-time code.',
  },
  link: { path: 'link', label: 'Link', kind: 'url', description: 'The target of the button.' },
  inviter: named('inviter', 'Inviter', 'The person who sends the invitation.'),
  organization: named('organization', 'Organization', 'The organization.'),
  application: named('application', 'Application', 'The name of your app.'),
  member: named('member', 'Member', 'The person who accepted the invitation.'),
  role: { path: 'role', label: 'Role', kind: 'text', description: 'The role of the new member.' },
  previousEmail: {
    path: 'previousEmail',
    label: 'Previous address',
    kind: 'text',
    description: 'The address before the change.',
  },
  newEmail: {
    path: 'newEmail',
    label: 'New address',
    kind: 'text',
    description: 'The address after the change.',
  },
  deletionDate: {
    path: 'deletionDate',
    label: 'Deletion date',
    kind: 'text',
    description: 'The date of the deletion, such as 2030-12-31.',
  },
  method: { path: 'method', label: 'Method', kind: 'text', description: 'The recovery method.' },
  user: named('user', 'User', 'The person who gets the email.'),
  ip: { path: 'ip', label: 'IP address', kind: 'text', description: 'The origin of the request.' },
};

/** The form of a payload. */
export function payloadFields(type: string): PayloadField[] {
  const known = variablesOf(type);
  const names = known ?? Object.keys(samplePayload(type));
  const required = (name: string): PayloadField['required'] => {
    if (isNotice(type) || (name !== 'code' && name !== 'link')) return 'never';
    return known?.includes('code') === false ? 'always' : 'one-of';
  };
  return Object.keys(FIELDS)
    .filter((name) => names.includes(name))
    .flatMap((name) => {
      const field = FIELDS[name];
      return field ? [{ ...field, required: known ? required(name) : 'never' }] : [];
    });
}
