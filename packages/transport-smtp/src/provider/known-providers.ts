import { aliyunDirectMail } from './aliyun-direct-mail.js';
import { amazonSes } from './amazon-ses.js';
import { brevo } from './brevo.js';
import { gmail, workspaceRelay } from './gmail.js';
import { mailgun } from './mailgun.js';
import { mailjet } from './mailjet.js';
import { microsoft365 } from './microsoft-365.js';
import { outlookCom } from './outlook-com.js';
import { postmark } from './postmark.js';
import type { Provider } from './provider.js';
import { qqMail } from './qq-mail.js';
import { resend } from './resend.js';
import { sendgrid } from './sendgrid.js';
import { tencentExmail } from './tencent-exmail.js';
import { zoho } from './zoho.js';

/** All providers with rules. */
export const KNOWN_PROVIDERS: readonly Provider[] = [
  gmail,
  workspaceRelay,
  sendgrid,
  aliyunDirectMail,
  amazonSes,
  mailgun,
  postmark,
  resend,
  brevo,
  microsoft365,
  outlookCom,
  zoho,
  mailjet,
  tencentExmail,
  qqMail,
];

/** The provider of an SMTP host, if it is known. */
export function providerOf(host: string): Provider | undefined {
  const name = host.toLowerCase().replace(/\.$/, '');
  return KNOWN_PROVIDERS.find(({ hosts }) => hosts.test(name));
}
