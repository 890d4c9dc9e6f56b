export * as base64 from 'nodemailer/lib/base64';
export { default as nmfetch } from 'nodemailer/lib/fetch';
export * as mimeFuncs from 'nodemailer/lib/mime-funcs';
export { default as MimeNode } from 'nodemailer/lib/mime-node';
export * as qp from 'nodemailer/lib/qp';
export { default as SMTPConnection, type SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
export { default as wellKnown } from 'nodemailer/lib/well-known';
export { default as XOAuth2 } from 'nodemailer/lib/xoauth2';
