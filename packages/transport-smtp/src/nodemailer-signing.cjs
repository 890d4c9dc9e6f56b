'use strict';

// Apart from nodemailer.cjs, because few need it: who signs imports it with the first email.
exports.DKIM = require('nodemailer/lib/dkim');
exports.MailComposer = require('nodemailer/lib/mail-composer');
