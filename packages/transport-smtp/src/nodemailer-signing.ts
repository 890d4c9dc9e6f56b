/** Apart from nodemailer.ts, because few need it: it is imported with the first email that is signed. */
export { default as DKIM } from 'nodemailer/lib/dkim';
