'use strict';

// CommonJS, and so is all of nodemailer that comes with it: its ES modules import `node:http`, and for that Node loads the
// whole of `fetch` and `WebSocket`, which takes about as long as everything else that this package loads.
exports.base64 = require('nodemailer/lib/base64');
exports.MimeNode = require('nodemailer/lib/mime-node');
exports.mimeFuncs = require('nodemailer/lib/mime-funcs');
exports.nmfetch = require('nodemailer/lib/fetch');
exports.qp = require('nodemailer/lib/qp');
exports.SMTPConnection = require('nodemailer/lib/smtp-connection');
exports.wellKnown = require('nodemailer/lib/well-known');
exports.XOAuth2 = require('nodemailer/lib/xoauth2');
