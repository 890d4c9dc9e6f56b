import { type ConnectorConfigFormItem, ConnectorConfigFormItemType } from '@logto/connector-kit';
import { DEFAULT_TEMPLATES } from './default-templates.js';
import { providerItems } from './provider-form.js';

const { Text, Number: NumberItem, Switch, Json } = ConnectorConfigFormItemType;

/**
 * The form of the console. It saves the keys that it shows and no others, so every key that should survive an edit is
 * here; those of the official connector are the same, in the same order. A switch without a default stays unset until
 * someone turns it on, which is how `secure` is derived from the port. Json items need a default: the console refuses to
 * save an editor without valid JSON.
 */
export const formItems: ConnectorConfigFormItem[] = [
  ...providerItems,
  {
    key: 'host',
    label: 'Host',
    type: Text,
    // Not with the API of a provider. The check before saving requires it otherwise.
    required: false,
    placeholder: 'smtp.example.com',
    description: 'The host name of your SMTP server.',
  },
  {
    key: 'port',
    label: 'Port',
    type: NumberItem,
    // Not with the API of a provider. The check before saving requires it otherwise.
    required: false,
    placeholder: '587',
    description: '465 for implicit TLS, 587 for STARTTLS.',
  },
  {
    key: 'auth',
    label: 'Auth',
    type: Json,
    required: false,
    defaultValue: { type: 'login', user: '<username>', pass: '<password>' },
    description:
      'Username and password, or OAuth2 (see the README). If the server needs no login, delete everything between the braces.',
  },
  {
    key: 'fromEmail',
    label: 'From Email',
    type: Text,
    required: true,
    placeholder: 'Example <noreply@example.com>',
    description: 'The sender: an address, or a name and an address.',
  },
  {
    key: 'replyTo',
    label: 'Reply To',
    type: Text,
    required: false,
    placeholder: 'help@example.com',
    description: 'The address for replies. Default: the sender. Separate several addresses with commas.',
  },
  {
    key: 'templates',
    label: 'Templates',
    type: Json,
    required: true,
    defaultValue: DEFAULT_TEMPLATES,
    description: 'One email for each usage type. Register, SignIn, ForgotPassword, and Generic are required.',
  },
  {
    key: 'defaultLocale',
    label: 'Default Locale',
    type: Text,
    required: false,
    placeholder: 'en',
    description:
      'The language to use if no template matches the reader’s language. Templates can have a "locale".',
  },
  {
    key: 'logger',
    label: 'Logger',
    type: Switch,
    required: false,
    description:
      'Log every email as a line of JSON. Failures are always logged. Codes and passwords are never logged.',
  },
  {
    key: 'debug',
    label: 'Debug',
    type: Switch,
    required: false,
    description: 'Also log the SMTP dialogue with the server.',
  },
  {
    key: 'disableFileAccess',
    label: 'Disable File Access',
    type: Switch,
    required: false,
    defaultValue: true,
    description: 'Never read email content from files.',
  },
  {
    key: 'disableUrlAccess',
    label: 'Disable URL Access',
    type: Switch,
    required: false,
    defaultValue: true,
    description: 'Never load email content from URLs.',
  },
  {
    key: 'name',
    label: 'Name',
    type: Text,
    required: false,
    placeholder: 'auth.example.com',
    description: 'The host name that Logto sends in EHLO. Default: the host name of the machine.',
  },
  {
    key: 'localAddress',
    label: 'Local Address',
    type: Text,
    required: false,
    placeholder: '192.0.2.1',
    description: 'The local IP address to connect from.',
  },
  {
    key: 'connectionTimeout',
    label: 'Connection Timeout',
    type: NumberItem,
    required: false,
    placeholder: '120000',
    description: 'Maximum time to connect and log in, in milliseconds. Default: 2 minutes.',
  },
  {
    key: 'greetingTimeout',
    label: 'Greeting Timeout',
    type: NumberItem,
    required: false,
    placeholder: '30000',
    description: 'Maximum time to wait for the server’s greeting, in milliseconds. Default: 30 seconds.',
  },
  {
    key: 'socketTimeout',
    label: 'Socket Timeout',
    type: NumberItem,
    required: false,
    placeholder: '600000',
    description: 'Maximum time to wait for each reply, in milliseconds. Default: 10 minutes.',
  },
  {
    key: 'dnsTimeout',
    label: 'DNS Timeout',
    type: NumberItem,
    required: false,
    placeholder: '30000',
    description: 'Maximum time to look up the host, in milliseconds. Default: 30 seconds.',
  },
  {
    key: 'secure',
    label: 'Secure',
    type: Switch,
    required: false,
    description:
      'Implicit TLS. You rarely need this switch: port 465 turns it on automatically, and other ports use STARTTLS.',
  },
  {
    key: 'tls',
    label: 'TLS',
    type: Json,
    required: false,
    defaultValue: {},
    description: 'Options for tls.connect in Node.js, such as "ca" or "minVersion".',
  },
  {
    key: 'servername',
    label: 'Servername',
    type: Text,
    required: false,
    placeholder: 'smtp.example.com',
    description: 'The name in the server’s certificate, if it differs from the host.',
  },
  {
    key: 'ignoreTLS',
    label: 'Ignore TLS',
    type: Switch,
    required: false,
    description: 'Never use STARTTLS. Passwords and codes are sent in plain text.',
  },
  {
    key: 'requireTLS',
    label: 'Require TLS',
    type: Switch,
    required: false,
    description: 'Send nothing without TLS. Recommended with port 587.',
  },
  {
    key: 'customHeaders',
    label: 'Custom Headers',
    type: Json,
    required: false,
    defaultValue: {},
    description: 'Additional header fields for every email: names and values.',
  },
  {
    key: 'dkim',
    label: 'DKIM',
    type: Json,
    required: false,
    defaultValue: {},
    description:
      'Sign every email with "domainName", "keySelector", and "privateKey". Most providers already sign for you.',
  },
  {
    key: 'envelopeFrom',
    label: 'Envelope From',
    type: Text,
    required: false,
    placeholder: 'bounces@example.com',
    description: 'The address that receives bounces. Default: the address in From Email.',
  },
  {
    key: 'maxConnections',
    label: 'Max Connections',
    type: NumberItem,
    required: false,
    placeholder: '50',
    description:
      'Maximum number of open connections to the server. Default: 50, or fewer if the provider allows fewer.',
  },
  {
    key: 'linkGuard',
    label: 'Link Guard',
    type: Json,
    required: false,
    defaultValue: {},
    description:
      'Protect links in invitations from mail scanners, with the "url" and "keys" of your link guard (see the README).',
  },
];
