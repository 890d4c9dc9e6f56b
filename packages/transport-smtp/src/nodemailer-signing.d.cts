export { default as DKIM } from 'nodemailer/lib/dkim';
export { default as MailComposer } from 'nodemailer/lib/mail-composer';
