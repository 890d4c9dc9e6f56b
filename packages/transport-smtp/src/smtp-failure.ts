import { MailError, type MailErrorCode, type MailStage, maskAddress, redact } from '@postern/core';

/** What nodemailer attaches to its errors. */
export interface SmtpFailure extends Error {
  code?: string;
  /** The code of the system or TLS error that nodemailer replaced by its own. */
  originalCode?: string;
  command?: string;
  response?: string;
  responseCode?: number;
  permanent?: boolean;
}

/** What was going on when it failed. */
export interface FailureContext {
  host: string;
  port: number;
  secure: boolean;
  /** Which reply the client was waiting for. */
  stage: MailStage;
  /** Hidden wherever they show up. */
  secrets: Iterable<string>;
  /** Masked wherever they show up. */
  recipients: Iterable<string>;
}

const STAGE_OF_COMMAND: ReadonlyArray<readonly [prefix: string, stage: MailStage]> = [
  ['EHLO', 'ehlo'],
  ['HELO', 'ehlo'],
  ['STARTTLS', 'tls'],
  ['AUTH', 'auth'],
  ['MAIL', 'mail'],
  ['RCPT', 'rcpt'],
];

/** nodemailer says which command an error belongs to, except for lost connections and for DATA, said of two replies. */
const stageOf = ({ code, command = '' }: SmtpFailure, current: MailStage): MailStage =>
  code === 'EMESSAGE' && command === 'DATA'
    ? 'delivery'
    : (STAGE_OF_COMMAND.find(([prefix]) => command.startsWith(prefix))?.[1] ?? current);

/** Temporary replies that mean "too much, too fast" (RFC 3463 status codes; Gmail and Microsoft list theirs). */
const RATE_LIMIT_STATUS =
  /^(?:421[ -]4\.7\.|4\d\d[ -]4\.(?:7\.28|4\.5|5\.3)\b|450[ -]4\.2\.1\b|454[ -]4\.7\.0\b)/;

const CODE_BY_STAGE: Partial<Record<MailStage, MailErrorCode>> = {
  auth: 'auth_failed',
  tls: 'tls_failed',
  mail: 'sender_rejected',
  rcpt: 'recipient_rejected',
  data: 'message_rejected',
  delivery: 'message_rejected',
};

/** The server answered, with a reply that can be read. */
function codeForReply(response: string, responseCode: number, stage: MailStage): MailErrorCode {
  if (stage !== 'tls' && RATE_LIMIT_STATUS.test(response)) return 'rate_limited';
  // 421 announces that the connection is being closed, whatever was asked.
  if (responseCode === 421 && stage !== 'tls') return 'connection_failed';
  return CODE_BY_STAGE[stage] ?? 'connection_failed';
}

function codeFor(failure: SmtpFailure, stage: MailStage): MailErrorCode {
  const { code, response, responseCode } = failure;
  if (response !== undefined && responseCode) return codeForReply(response, responseCode, stage);
  switch (code) {
    case 'ETIMEDOUT':
      return stage === 'delivery' ? 'delivery_unknown' : 'timeout';
    case 'ENOAUTH':
    case 'EOAUTH2':
      return 'auth_failed';
    case 'EAUTH':
      // With a reply that is no reply (RFC 5321 section 4.2), the server is at fault and not the password.
      return response === undefined ? 'auth_failed' : 'connection_failed';
    case 'EMESSAGE':
      return response === undefined ? 'message_rejected' : 'delivery_unknown';
    case 'EENVELOPE':
      return response === undefined ? 'recipient_invalid' : 'connection_failed';
    default:
      if (stage === 'delivery') return 'delivery_unknown';
      return stage === 'tls' ? 'tls_failed' : 'connection_failed';
  }
}

const NETWORK_TROUBLE: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'ENETUNREACH',
  'EHOSTUNREACH',
]);

/** `undefined` leaves it to what the code usually means. */
function retryableFor(failure: SmtpFailure, code: MailErrorCode): boolean | undefined {
  if (code === 'rate_limited' || code === 'delivery_unknown') return undefined;
  if (failure.responseCode)
    return failure.permanent === undefined ? failure.responseCode < 500 : !failure.permanent;
  if (code === 'tls_failed')
    return failure.originalCode === undefined || NETWORK_TROUBLE.has(failure.originalCode);
  // A token that could not be fetched is not a token that was refused.
  if (code === 'auth_failed') return failure.originalCode !== undefined && failure.originalCode !== 'EOAUTH2';
  return undefined;
}

/** OpenSSL and Node error codes of a certificate that was not accepted, in words. */
const CERTIFICATE_PROBLEMS: Readonly<Record<string, readonly [problem: string, cure: string]>> = {
  CERT_HAS_EXPIRED: ['has expired', 'Renew the certificate of the server.'],
  CERT_NOT_YET_VALID: ['is not valid yet', 'Check the clock of this machine, and the certificate.'],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['is self-signed', 'If it is yours, pass it in tls.ca.'],
  SELF_SIGNED_CERT_IN_CHAIN: [
    'comes from a certificate authority that is not trusted',
    'If it is yours, pass its certificate in tls.ca.',
  ],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    'comes without the certificates between it and its authority',
    'Have the server send its full chain, or pass the missing part in tls.ca.',
  ],
  UNABLE_TO_GET_ISSUER_CERT: [
    'comes without the certificate of its issuer',
    'Have the server send its full chain, or pass the missing part in tls.ca.',
  ],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: [
    'comes from a certificate authority that is not trusted',
    'If it is yours, pass its certificate in tls.ca.',
  ],
  CERT_UNTRUSTED: ['is not trusted', 'If it is yours, pass it in tls.ca.'],
  CERT_REVOKED: ['was revoked', 'Replace the certificate of the server.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'is for another host name',
    'Write the name in the certificate as host, or as servername.',
  ],
  HOSTNAME_MISMATCH: [
    'is for another host name',
    'Write the name in the certificate as host, or as servername.',
  ],
};

/** OpenSSL met bytes that are not TLS: the port speaks plain SMTP. */
const NOT_TLS: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
  'ERR_SSL_UNEXPECTED_MESSAGE',
  'ERR_SSL_HTTP_REQUEST',
]);

function describe(
  failure: SmtpFailure,
  code: MailErrorCode,
  stage: MailStage,
  context: FailureContext,
): { message: string; hint?: string } {
  const server = `${context.host}:${context.port}`;
  const { originalCode = '', response } = failure;
  const said = response === undefined ? '' : `: ${response.replace(/\s*\r?\n\s*/g, ' ')}`;
  const lost = originalCode ? `the connection was lost (${originalCode})` : 'the connection was closed';
  switch (code) {
    case 'tls_failed': {
      const certificate = Object.hasOwn(CERTIFICATE_PROBLEMS, originalCode)
        ? CERTIFICATE_PROBLEMS[originalCode]
        : undefined;
      if (certificate) {
        const name =
          originalCode === 'ERR_TLS_CERT_ALTNAME_INVALID'
            ? ` (${failure.message.replace(/^.*?:\s*/s, '')})`
            : '';
        return { message: `The certificate of ${server} ${certificate[0]}${name}.`, hint: certificate[1] };
      }
      if (NOT_TLS.has(originalCode)) {
        return {
          message: `${server} does not speak TLS from the first byte.`,
          hint: 'Write "secure": false to begin in plain text and change to TLS by STARTTLS, or use port 465.',
        };
      }
      if (response !== undefined) {
        return {
          message: `${server} refused STARTTLS${said}`,
          hint: 'Without TLS, credentials would be readable on the way. Use port 465 with "secure": true, or "ignoreTLS": true if you accept that.',
        };
      }
      return {
        message: `TLS with ${server} failed: ${originalCode || 'the connection was closed during the handshake'}.`,
        hint: 'Check that the port matches "secure": 465 with true, 587 with false.',
      };
    }
    case 'auth_failed':
      return response === undefined
        ? {
            message: `No login at ${server} was possible: ${failure.message}.`,
            hint: 'Check the auth part of the config; a token may have to be granted again.',
          }
        : {
            message: `${server} refused the login${said}`,
            hint: 'Check user and password. Many providers want an app password or an API key here, not the password of the account.',
          };
    case 'sender_rejected':
      return {
        message: `${server} refused the sender${said}`,
        hint: 'Check fromEmail: most providers only send for addresses and domains that you have verified with them.',
      };
    case 'recipient_rejected':
      return { message: `${server} refused the recipient${said}` };
    case 'message_rejected':
      return {
        message: response === undefined ? `${failure.message}.` : `${server} refused the message${said}`,
      };
    case 'rate_limited':
      return {
        message: `${server} asks to slow down${said}`,
        hint: 'Send later, over fewer connections, or raise the limit with your provider.',
      };
    case 'delivery_unknown':
      return {
        message:
          response === undefined
            ? `${server} got the whole message, then ${failure.code === 'ETIMEDOUT' ? 'did not answer in time' : lost}: it may or may not be delivered.`
            : `${server} got the whole message and answered something that is no reply: it may or may not be delivered.`,
        hint: 'Sending again may deliver it twice; both carry the same Message-ID.',
      };
    case 'timeout':
      return stage === 'greeting' && !context.secure
        ? {
            message: `${server} accepted the connection and then said nothing.`,
            hint: 'If the port expects TLS from the first byte (465 does), write "secure": true.',
          }
        : { message: `${server} did not answer in time (${STAGE_IN_WORDS[stage] ?? stage}).` };
    default:
      return response === undefined
        ? { message: `${server}: ${lost} (${STAGE_IN_WORDS[stage] ?? stage}).` }
        : { message: `${server} does not go on (${STAGE_IN_WORDS[stage] ?? stage})${said}` };
  }
}

const STAGE_IN_WORDS: Partial<Record<MailStage, string>> = {
  greeting: 'waiting for the greeting',
  ehlo: 'after EHLO',
  tls: 'during the TLS handshake',
  auth: 'during the login',
  mail: 'after MAIL FROM',
  rcpt: 'after RCPT TO',
  data: 'while sending the message',
  delivery: 'after the message',
};

/**
 * Turns a failure of nodemailer into a {@link MailError}, by its codes alone. What the server said is kept,
 * without secrets.
 */
export function toMailError(failure: SmtpFailure, context: FailureContext): MailError {
  const stage = stageOf(failure, context.stage);
  const code = codeFor(failure, stage);
  const secrets = [...context.secrets];
  const recipients = [...context.recipients];
  const clean = (text: string) =>
    recipients.reduce(
      (result, address) => result.replaceAll(address, maskAddress(address)),
      redact(text, secrets),
    );
  const { message, hint } = describe(failure, code, stage, context);
  return new MailError(code, clean(message), {
    stage,
    retryable: retryableFor(failure, code),
    ...(hint !== undefined && { hint }),
    ...(failure.responseCode && { responseCode: failure.responseCode }),
    ...(failure.response !== undefined && { response: clean(failure.response) }),
    cause: withoutSecrets(failure, clean),
  });
}

/** A copy: nodemailer's error quotes the server, and its stack quotes the error. */
function withoutSecrets(failure: SmtpFailure, clean: (text: string) => string): Error {
  const copy = new Error(clean(failure.message));
  copy.name = failure.name;
  if (failure.stack !== undefined) copy.stack = clean(failure.stack);
  const { code, originalCode, command } = failure;
  return Object.assign(copy, {
    ...(code && { code }),
    ...(originalCode && { originalCode }),
    ...(command && { command }),
  });
}
