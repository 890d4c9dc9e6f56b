/** The email of all contestants: a sign-in code with about 1 KB of HTML. */

export const FROM = 'Example <noreply@example.com>';

export const SUBJECT_TEMPLATE = '{{code}} is your sign-in code';

export const HTML_TEMPLATE = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <title>Your sign-in code</title>
  </head>
  <body style="margin:0;background:#f4f5f7;font-family:Helvetica,Arial,sans-serif;color:#1a1d21">
    <table role="presentation" width="100%" cellpadding="0" cellspacing="0">
      <tr>
        <td align="center" style="padding:32px 16px">
          <h1 style="font-size:20px;margin:0 0 16px">Sign in to Example</h1>
          <p style="font-size:15px;margin:0 0 16px">Enter this code to continue:</p>
          <p style="font-size:32px;letter-spacing:6px;margin:0 0 16px"><b>{{code}}</b></p>
          <p style="font-size:13px;margin:0 0 16px">It is valid for 10 minutes. No one from Example will ever ask you for it.</p>
          <p style="font-size:13px;margin:0">If it was not you, <a href="https://example.com/security">tell us</a>; no one can sign in without the code.</p>
        </td>
      </tr>
    </table>
  </body>
</html>
`;

/** The plain text, for contestants that do not derive it. */
export const TEXT_TEMPLATE = `Sign in to Example

Enter this code to continue:

{{code}}

It is valid for 10 minutes. No one from Example will ever ask you for it.

If it was not you, tell us (https://example.com/security); no one can sign in without the code.
`;

const fill = (template: string, code: string): string => template.replaceAll('{{code}}', code);

export const textWith = (code: string): string => fill(TEXT_TEMPLATE, code);

/** A six-digit code that differs for each message. */
export const codeOf = (index: number): string => String(100_000 + ((index * 7919) % 900_000));

export const recipientOf = (index: number): string => `user-${index}@example.com`;

/** For contestants that do not render. */
export const constantMessage = {
  from: FROM,
  to: recipientOf(0),
  subject: fill(SUBJECT_TEMPLATE, codeOf(0)),
  html: fill(HTML_TEMPLATE, codeOf(0)),
  text: textWith(codeOf(0)),
};
