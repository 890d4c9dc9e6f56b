const email = (usageType: string, subject: string, heading: string, purpose: string) => ({
  usageType,
  contentType: 'text/html',
  subject,
  content: [
    '<div style="max-width:26rem;margin:2rem auto;font:1rem/1.5 system-ui,sans-serif">',
    `<h1 style="font-size:1.25rem">${heading}</h1>`,
    `<p>Enter this code to ${purpose}:</p>`,
    '<p style="font-size:2rem;letter-spacing:.25rem"><b>{{code}}</b></p>',
    '<p>It is valid for 10 minutes. If you did not request it, ignore this email. Do not share the code.</p>',
    '</div>',
  ].join(''),
  text: `Enter this code to ${purpose}: {{code}}\n\nIt is valid for 10 minutes. If you did not request it, ignore this email. Do not share the code.`,
});

/** Starter templates for the emails that every sign-in flow needs. */
const STARTER_TEMPLATES = [
  email('Register', 'Confirm your email address', 'Welcome', 'confirm your email address'),
  email('SignIn', 'Your sign-in code', 'Your sign-in code', 'sign in'),
  email('ForgotPassword', 'Your password reset code', 'Set a new password', 'set a new password'),
  email('Generic', 'Your code', 'Your code', 'continue'),
];

/** The values for a starter config. */
export interface Answers {
  readonly host: string;
  readonly port: number;
  readonly fromEmail: string;
  /** Undefined if the server needs no login. */
  readonly user?: string;
  /** The name of the variable that contains the password. */
  readonly passVariable: string;
}

/** A config that is valid as soon as its variable is set. */
export const starterConfig = ({ host, port, fromEmail, user, passVariable }: Answers) => ({
  host,
  port,
  ...(port === 465 && { secure: true }),
  ...(user !== undefined && { auth: { user, pass: `\${${passVariable}}` } }),
  fromEmail,
  templates: STARTER_TEMPLATES,
});
