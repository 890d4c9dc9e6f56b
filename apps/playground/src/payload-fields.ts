import { samplePayload } from '@postern/config-tools';
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
  user: named('user', 'User', 'The person who gets the email.'),
  ip: { path: 'ip', label: 'IP address', kind: 'text', description: 'The origin of the request.' },
};

/** The form of a payload. */
export function payloadFields(type: string): PayloadField[] {
  const known = variablesOf(type);
  const names = known ?? Object.keys(samplePayload(type));
  const required = (name: string): PayloadField['required'] => {
    if (name !== 'code' && name !== 'link') return 'never';
    return known?.includes('code') === false ? 'always' : 'one-of';
  };
  return Object.keys(FIELDS)
    .filter((name) => names.includes(name))
    .flatMap((name) => {
      const field = FIELDS[name];
      return field ? [{ ...field, required: known ? required(name) : 'never' }] : [];
    });
}
