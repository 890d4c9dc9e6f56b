/**
 * What is used of nodemailer. Built twice: Node loads the CommonJS, because nodemailer's ES modules import `node:http`, and
 * for that Node loads the whole of `fetch` and `WebSocket`, which takes about as long as everything else that this package
 * loads. Bundlers take the ES module: CommonJS in an ES module of theirs can't have Node's own modules.
 */
export { default as nmfetch } from 'nodemailer/lib/fetch';
export { default as SMTPConnection, type SMTPConnectionAuth } from 'nodemailer/lib/smtp-connection';
export { default as wellKnown } from 'nodemailer/lib/well-known';
export { default as XOAuth2 } from 'nodemailer/lib/xoauth2';
