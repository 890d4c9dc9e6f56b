import { samplePayload } from '@postern/config-tools';
import { variablesOf } from './template-check.js';
import type { PayloadField } from './wire/compose.js';

const named = (path: string, label: string, description: string) =>
  ({ path: `${path}.name`, label, kind: 'text', description }) as const;

/** How each variable is asked for. */
const FIELDS: Readonly<Record<string, Omit<PayloadField, 'required'>>> = {
  code: {
    path: 'code',
    label: 'Code',
    kind: 'code',
    description: 'The one-time code that the person types.',
  },
  link: { path: 'link', label: 'Link', kind: 'url', description: 'Where the button leads.' },
  inviter: named('inviter', 'Inviter', 'Who invites.'),
  organization: named('organization', 'Organization', 'The organization that the email is about.'),
  application: named('application', 'Application', 'What the person signs in to.'),
  user: named('user', 'User', 'Whom the email is about.'),
  ip: { path: 'ip', label: 'IP address', kind: 'text', description: 'Where the request came from.' },
};

/** The form of a payload, the required fields first. */
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
