import type { ApiProvider } from './api-provider.js';
import { DOMAIN_OR_ID, MAILBOX_OR_ID } from './path-patterns.js';

/**
 * The providers whose HTTP APIs a config can select, in the order of a form. They determine the schema of the config, its JSON
 * Schema, the questions of `postern init`, and the form of the Logto connector.
 */
export const apiProviders = [
  {
    // https://resend.com/docs/api-reference/introduction
    name: 'resend',
    title: 'Resend',
    keys: [
      {
        key: 'apiKey',
        title: 'API key',
        find: 'a Resend API key with sending access (https://resend.com/api-keys)',
        secret: true,
        example: 're_123456789',
      },
    ],
  },
  {
    // https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys
    name: 'sendgrid',
    title: 'SendGrid',
    keys: [
      {
        key: 'apiKey',
        title: 'API key',
        find: 'a SendGrid API key with the permission Mail Send (Settings, API Keys)',
        secret: true,
        example: 'SG.abc.def',
      },
      {
        key: 'region',
        title: 'Region',
        find: 'the region of the subuser: eu for the EU',
        optional: true,
        choices: ['global', 'eu'],
      },
    ],
  },
  {
    // https://postmarkapp.com/developer/api/overview#authentication
    name: 'postmark',
    title: 'Postmark',
    keys: [
      {
        key: 'serverToken',
        title: 'Server API token',
        find: 'the API token of a Postmark server (Servers, API Tokens)',
        secret: true,
      },
      {
        key: 'messageStream',
        title: 'Message stream',
        find: 'the ID of the message stream, outbound by default',
        optional: true,
        example: 'outbound',
      },
    ],
  },
  {
    // https://documentation.mailgun.com/docs/mailgun/user-manual/domains/domain-keys
    name: 'mailgun',
    title: 'Mailgun',
    keys: [
      {
        key: 'apiKey',
        title: 'API key',
        find: 'a sending key of the domain (Domain settings, Sending keys)',
        secret: true,
      },
      {
        key: 'domain',
        title: 'Domain',
        find: 'the sending domain in Mailgun',
        example: 'mg.example.com',
        pattern: DOMAIN_OR_ID,
      },
      {
        key: 'region',
        title: 'Region',
        find: 'the region of the domain',
        optional: true,
        choices: ['us', 'eu'],
      },
    ],
  },
  {
    // https://developers.brevo.com/docs/getting-started
    name: 'brevo',
    title: 'Brevo',
    keys: [
      {
        key: 'apiKey',
        title: 'API key',
        find: 'a Brevo API key (SMTP & API, API Keys), not an SMTP key',
        secret: true,
        example: 'xkeysib-abc',
      },
    ],
  },
  {
    // https://dev.mailjet.com/email/guides/#authentication
    name: 'mailjet',
    title: 'Mailjet',
    keys: [
      { key: 'apiKey', title: 'API key', find: 'the Mailjet API key (Account settings, API Key Management)' },
      {
        key: 'secretKey',
        title: 'Secret key',
        find: 'the secret key of the API key (Account settings, API Key Management)',
        secret: true,
      },
      {
        key: 'region',
        title: 'Region',
        find: 'the architecture of the account: us for the US',
        optional: true,
        choices: ['global', 'us'],
      },
    ],
  },
  {
    // https://www.zoho.com/zeptomail/help/api/email-sending.html
    name: 'zeptomail',
    title: 'ZeptoMail',
    keys: [
      {
        key: 'token',
        title: 'Send Mail token',
        find: 'the Send Mail token of the Mail Agent (Mail Agents, SMTP/API, API)',
        secret: true,
        example: 'Zoho-enczapikey wSsVR60',
        pattern: /^(?:[Zz]oho-enczapikey +)?[\x21-\x7e]+$/,
      },
      {
        key: 'region',
        title: 'Data center',
        find: 'the end of the address at which you log in to Zoho',
        optional: true,
        choices: ['com', 'eu', 'in', 'com.au', 'jp', 'ca', 'sa', 'com.cn'],
      },
    ],
  },
  {
    // https://docs.aws.amazon.com/ses/latest/dg/send-an-email-using-sesv2.html
    name: 'amazon-ses',
    title: 'Amazon SES',
    keys: [
      {
        key: 'region',
        title: 'Region',
        find: 'the AWS region of the verified domain',
        example: 'eu-central-1',
        pattern: /^[a-z]{2,}(?:-[a-z]+)+-\d$/,
      },
      {
        key: 'accessKeyId',
        title: 'Access key ID',
        find: 'the ID of an AWS access key (IAM, Users, Security credentials), not an SMTP username',
        example: 'AKIAIOSFODNN7EXAMPLE',
      },
      {
        key: 'secretAccessKey',
        title: 'Secret access key',
        find: 'the secret of the access key, not an SMTP password',
        secret: true,
      },
      {
        key: 'sessionToken',
        title: 'Session token',
        find: 'the session token of temporary credentials',
        secret: true,
        optional: true,
      },
      {
        key: 'configurationSet',
        title: 'Configuration set',
        find: 'the name of a configuration set without click and open tracking',
        optional: true,
        example: 'auth',
        pattern: /^[\w-]{1,64}$/,
      },
    ],
  },
  {
    // https://www.alibabacloud.com/help/en/direct-mail/api-dm-2015-11-23-singlesendmail
    name: 'aliyun-direct-mail',
    title: 'Aliyun DirectMail',
    keys: [
      { key: 'accessKeyId', title: 'AccessKey ID', find: 'the ID of an AccessKey pair (RAM console, Users)' },
      {
        key: 'accessKeySecret',
        title: 'AccessKey secret',
        find: 'the secret of the AccessKey pair, not the SMTP password of a sender address',
        secret: true,
      },
      {
        key: 'securityToken',
        title: 'Security token',
        find: 'the token of temporary credentials (STS)',
        secret: true,
        optional: true,
      },
      {
        key: 'region',
        title: 'Region',
        find: 'the region of the sender address',
        optional: true,
        choices: ['cn-hangzhou', 'ap-southeast-1', 'ap-southeast-2', 'us-east-1', 'eu-central-1'],
      },
    ],
  },
  {
    // https://learn.microsoft.com/en-us/graph/auth-v2-service
    name: 'microsoft-graph',
    title: 'Microsoft 365 (Graph)',
    keys: [
      {
        key: 'tenantId',
        title: 'Tenant ID',
        find: 'the directory (tenant) ID (Microsoft Entra admin center, App registrations)',
        example: '72f988bf-86f1-41af-91ab-2d7cd011db47',
        pattern: DOMAIN_OR_ID,
      },
      {
        key: 'clientId',
        title: 'Client ID',
        find: 'the application (client) ID (Microsoft Entra admin center, App registrations)',
      },
      {
        key: 'clientSecret',
        title: 'Client secret',
        find: 'the value of a client secret, not its ID (App registrations, Certificates & secrets)',
        secret: true,
      },
      {
        key: 'sender',
        title: 'Sending mailbox',
        find: 'the mailbox that sends, if it is not the address in fromEmail',
        optional: true,
        example: 'noreply@example.com',
        pattern: MAILBOX_OR_ID,
      },
      {
        key: 'saveToSentItems',
        title: 'Save to Sent Items',
        find: 'false to keep emails out of the folder Sent Items, which leaves out their text alternative and most header fields',
        optional: true,
        type: 'boolean',
        expert: true,
      },
      {
        key: 'tokenUrl',
        title: 'Token URL',
        find: 'the https URL of the endpoint that issues tokens, if it is not the usual one',
        optional: true,
        type: 'url',
        expert: true,
      },
    ],
  },
  {
    // https://developers.google.com/workspace/gmail/api/auth/web-server
    name: 'gmail',
    title: 'Gmail',
    keys: [
      {
        key: 'clientId',
        title: 'Client ID',
        find: 'the client ID of your application (Google Cloud console, Credentials)',
      },
      {
        key: 'clientSecret',
        title: 'Client secret',
        find: 'the client secret of your application (Google Cloud console, Credentials)',
        secret: true,
      },
      {
        key: 'refreshToken',
        title: 'Refresh token',
        find: 'a refresh token for the sending account, with the scope gmail.send',
        secret: true,
      },
      {
        key: 'tokenUrl',
        title: 'Token URL',
        find: 'the https URL of the endpoint that issues tokens, if it is not the usual one',
        optional: true,
        type: 'url',
        expert: true,
      },
    ],
  },
  {
    // https://developers.cloudflare.com/email-service/
    name: 'cloudflare',
    title: 'Cloudflare',
    keys: [
      {
        key: 'accountId',
        title: 'Account ID',
        find: 'the ID of your Cloudflare account (dashboard, Account home)',
        example: '0123456789abcdef0123456789abcdef',
        pattern: /^[\dA-Fa-f]{32}$/,
      },
      {
        key: 'apiToken',
        title: 'API token',
        find: 'an API token with the "Email Sending" permission (dashboard, My Profile, API Tokens)',
        secret: true,
      },
    ],
  },
] as const satisfies readonly ApiProvider[];
