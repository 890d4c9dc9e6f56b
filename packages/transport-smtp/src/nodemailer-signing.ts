/** Apart from nodemailer.ts, because few need it: who signs imports it with the first email. */
export { default as DKIM } from 'nodemailer/lib/dkim';
export { default as MailComposer } from 'nodemailer/lib/mail-composer';
