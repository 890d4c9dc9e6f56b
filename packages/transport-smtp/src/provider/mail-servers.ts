import type { KnownReplies } from './provider.js';

/**
 * The beginnings of replies from mail server software, for codes that have several meanings: `X.7.1`, `5.5.2`, and bare `550` or
 * `554`. Each is a literal from the source code or manual in the comment. `*` stands for a part without spaces.
 */
export const MAIL_SERVERS: Readonly<Record<string, KnownReplies>> = {
  // https://github.com/vdukhovni/postfix: src/smtpd/smtpd.c, smtpd_check.c, smtpd_sasl_proto.c, src/postscreen/postscreen_smtpd.c;
  // smtpd_tls_req_ccert in postconf(5). Its policy servers: postgrey(8), Dovecot's quota-status.
  Postfix: [
    [
      'address_unknown',
      'Recipient address rejected: need fully-qualified address',
      'Recipient address rejected: undeliverable address',
      'Recipient address rejected: User unknown',
      'Recipient address rejected: Domain not found',
    ],
    ['deferred', 'Recipient address rejected: Greylist', 'Recipient address rejected: unverified address'],
    [
      'login_required',
      'Sender address rejected: not logged in',
      'send AUTH command first',
      'Must issue an AUTH command first',
    ],
    ['relay_denied', 'Relay access denied', 'Recipient address rejected: Relay access denied'],
    ['account_policy', 'Recipient address rejected: Access denied', 'Data command rejected'],
    ['sender_refused', 'Sender address rejected', 'Service unavailable; Sender address [*] blocked using'],
    [
      'sender_domain',
      'Sender address rejected: need fully-qualified address',
      'Sender address rejected: Domain',
      'Sender address rejected: Malformed DNS server reply',
    ],
    [
      'host_name',
      'Helo command rejected',
      'Service unavailable; Helo command [*] blocked using',
      'Syntax: EHLO',
      'Syntax: HELO',
    ],
    [
      'host_dns',
      'Client host rejected: cannot find your hostname',
      'Client host rejected: cannot find your reverse hostname',
    ],
    [
      'host_blocked',
      'Service unavailable; client',
      'Service unavailable; Unverified Client host',
      'Client host rejected: Service unavailable; Client host',
    ],
    ['host_refused', 'Client host rejected', 'Unverified Client host rejected'],
    // If `defer` is in a list of restrictions.
    [
      'server_trouble',
      '4.3.2 Client host rejected',
      '4.3.2 Helo command rejected',
      '4.3.2 Sender address rejected',
      '4.3.2 Recipient address rejected',
    ],
    [
      'tls_required',
      'Session encryption is required',
      'Must issue a STARTTLS command first',
      'Encryption required for requested authentication mechanism',
    ],
    ['client_certificate', 'No client certificate presented', 'Client certificate not trusted'],
    [
      'rate_limited',
      'too many AUTH commands',
      'too much mail',
      'too many recipients',
      'too many connections',
      'too many new TLS sessions',
      'too many errors',
    ],
    ['sender_deferred', 'Sender address rejected: unverified address'],
    [
      'server_trouble',
      '4.3.2 Client host rejected',
      'no valid recipients',
      'Improper use of SMTP command pipelining',
    ],
  ],
  // https://github.com/Exim/exim: src/src/acl.c, smtp_in.c, verify.c, configure.default; Debian's and cPanel's access rules.
  Exim: [
    ['address_unknown', 'Unrouteable address', 'Unknown user', 'No such user', 'No Such User Here'],
    ['deferred', 'Greylist', 'Graylist'],
    ['account_policy', 'Administrative prohibition'],
    ['mailbox_full', 'Mailbox full', 'Mailbox is full'],
    ['login_required', 'SMTP AUTH is required', 'Please turn on SMTP Authentication'],
    [
      'relay_denied',
      'relay not permitted',
      '* [*] is currently not permitted to relay',
      '* (*) [*] is currently not permitted to relay',
      '* (*) [*]:* is currently not permitted to relay',
      '[*]:* is not permitted to relay',
    ],
    ['sender_refused', 'Sender verify failed', 'Verification failed for', 'Invalid sender'],
    ['host_name', 'Syntactically invalid', 'Access denied - Invalid HELO name', 'Bad HELO'],
    [
      'host_blocked',
      'rejected because * is in a black list',
      '* is listed at',
      'host is listed in',
      '"JunkMail rejected',
      'JunkMail rejected',
    ],
    ['tls_required', 'TLS required', 'Encryption required'],
    [
      'rate_limited',
      'Too many concurrent SMTP connections',
      'Too many connections',
      'Domain * has exceeded the max emails per hour',
      'Domain * has exceeded the max defers and failures per hour',
    ],
    ['server_trouble', 'Temporary local problem'],
  ],
  // Its cf/m4/proto.m4 and cf/README; the milter-greylist manual.
  Sendmail: [
    ['address_unknown', 'User unknown', 'Addressee unknown'],
    ['login_required', 'Authentication required', 'Authorization required'],
    ['relay_denied', 'Relaying denied', 'we do not relay'],
    ['sender_domain', 'Domain of sender address', 'Domain name required for sender address'],
    [
      'host_dns',
      'Relaying denied. IP name lookup failed',
      'Relaying denied. IP name possibly forged',
      'Relaying temporarily denied. Cannot resolve PTR record',
      'Fix reverse DNS for',
    ],
    ['host_blocked', 'Rejected: * listed at'],
    ['rate_limited', 'Connection rate limit exceeded', 'Too many open connections'],
  ],
  // https://learn.microsoft.com/exchange/mail-flow/non-delivery-reports-and-bounce-messages, /exchange/mail-flow-best-practices/
  // non-delivery-reports-in-exchange-online; Outlook.com: https://sendersupport.olc.protection.outlook.com/pm/troubleshooting
  Exchange: [
    // Directory-based edge blocking: the address is not in the directory.
    ['address_unknown', '5.4.1 Recipient address rejected: Access denied', 'RESOLVER.ADR.RecipNotFound'],
    [
      'login_required',
      'Client was not authenticated',
      'Client not authenticated',
      'Requested action aborted; user not authenticated',
      'RESOLVER.RST.AuthRequired',
    ],
    ['relay_denied', 'Unable to relay', 'TenantAttribution; Relay Access Denied'],
    [
      'sender_refused',
      'Client does not have permissions to send as this sender',
      'STOREDRV.Submission.Exception:SendAsDenied',
      'SendAsDenied',
      '/5.2.252 SendAsDenied',
    ],
    [
      'account_blocked',
      'Access denied, bad outbound sender',
      'Access denied, spam abuse detected',
      'Access denied, tenant has exceeded threshold',
      'STOREDRV.Submission.Exception:OutboundSpamException',
    ],
    ['account_quota', 'STOREDRV.Submission.Exception:SubmissionQuotaExceededException'],
    ['account_policy', 'Client does not have permission to submit mail to this server'],
    [
      'host_blocked',
      'Access denied, banned sending IP',
      'Access denied, traffic not accepted from this IP',
      'Service unavailable. Access denied, traffic not accepted from this IP',
      'SC-00',
      'DY-00',
      'OU-00',
    ],
    ['tls_required', 'STARTTLS is required'],
    ['tls_version', 'TLS 1.0 and 1.1 are not supported', 'TLS 1.0 and TLS 1.1 are not supported'],
    [
      'rate_limited',
      'Concurrent connections limit exceeded',
      'The maximum number of concurrent connections',
      'Message submission rate for this client has exceeded the configured limit',
      'STOREDRV.ClientSubmit; sender thread limit exceeded',
    ],
    ['server_trouble', 'Temporary server error', 'Server busy'],
  ],
  // https://github.com/haraka/Haraka: connection.js, plugins/auth/auth_base.js, plugins/queue/smtp_forward.js, tls.js, toobusy.js;
  // https://github.com/haraka/haraka-plugin-greylist
  Haraka: [
    ['relay_denied', 'I cannot deliver mail for'],
    [
      'sender_refused',
      "Envelope domain '*' doesn't match AUTH domain",
      "Mail from domain '*' is not allowed from your host",
      'Spoofed MAIL FROM',
    ],
    ['host_name', 'HELO denied', 'EHLO denied'],
    ['host_dns', 'rDNS Lookup Failed', 'rDNS Temporary Failure'],
    ['host_refused', 'Your mail is not welcome here'],
    ['message_too_large', 'Message too big'],
    ['rate_limited', 'connection concurrency limit exceeded', 'connection rate limit exceeded'],
    ['server_trouble', 'Too busy; please try again later', 'Come back later'],
  ],
  // https://github.com/OpenSMTPD/OpenSMTPD: usr.sbin/smtpd/smtp_session.c
  OpenSMTPD: [
    ['address_unknown', 'Invalid recipient'],
    ['login_required', 'Invalid command: Must issue an AUTH command first'],
    ['tls_required', 'Invalid command: Must issue a STARTTLS command first'],
  ],
  // https://github.com/dovecot/core: src/lib-storage/mail-storage.c; the messages of OpenDMARC and policyd-spf
  Dovecot: [['mailbox_full', 'Quota exceeded']],
  OpenDMARC: [['sender_authentication', 'rejected by DMARC policy for']],
  'policyd-spf': [['sender_authentication', 'Recipient address rejected: Message rejected due to: SPF']],
  // http://qmail.org/man/man8/qmail-smtpd.html and its qmail-smtpd.c
  qmail: [
    ['address_unknown', 'sorry, no mailbox here by that name'],
    ['relay_denied', "sorry, that domain isn't in my list of allowed rcpthosts"],
    ['sender_refused', 'sorry, your envelope sender is in my badmailfrom list'],
  ],
  // https://altn.com: MDaemon's SMTP replies
  MDaemon: [['login_required', 'Authentication is required']],
  // https://github.com/hmailserver/hmailserver: hmailserver/source/Server/SMTP/SMTPConnection.cpp
  hMailServer: [['relay_denied', 'Delivery is not allowed to this address']],
  // The knowledge bases of MailEnable, Kerio Connect and HCL Domino
  MailEnable: [['login_required', 'This mail server requires authentication']],
  'Kerio Connect': [['relay_denied', 'Relaying to * denied']],
  Domino: [['relay_denied', 'Relay rejected for policy reasons']],
  // https://www.proofpoint.com: its lookup of blocked addresses
  Proofpoint: [['host_blocked', 'Blocked - see https://ipcheck.proofpoint.com']],
  // https://help.mail.163.com and its list of returned mail: NetEase (163.com, 126.com)
  Coremail: [
    ['login_required', 'need EHLO and AUTH first', 'authentication is required'],
    ['sender_refused', 'Mail from must equal authorized user'],
    ['account_blocked', 'User has no permission', 'User suspended', 'user is locked'],
    ['message_refused', 'DT:SPM', 'DT:SUM'],
    ['rate_limited', 'DT:MXS', 'MI:SFQ'],
  ],
  // https://postmaster.gmx.net/en/case?c=uas (also web.de and IONOS); the help pages of Fastmail, iCloud, and SparkPost
  GMX: [['sender_refused', 'Unauthorized sender address', 'Sender address is not allowed']],
  Fastmail: [['sender_refused', 'Not authorised to send from this header address']],
  iCloud: [['sender_refused', 'From address is not one of your addresses']],
  SparkPost: [['sender_refused', 'Unconfigured Sending Domain']],
  // https://help.mailtrap.io: its sandbox
  Mailtrap: [['rate_limited', 'Requested action not taken: too many emails per second']],
  // https://postmaster.yahooinc.com/error-codes
  Yahoo: [
    ['address_unknown', "dd This user doesn't have", '1 Requested mail action aborted, mailbox not found'],
    ['mailbox_disabled', '30 Sorry, your message to * cannot be delivered. This mailbox is disabled'],
    ['rate_limited', 'Messages from * temporarily deferred'],
  ],
};
