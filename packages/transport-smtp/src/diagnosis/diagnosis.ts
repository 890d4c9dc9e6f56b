import type { ConfigIssue, MailErrorCode } from '@postern/core';
import type { ConfigPatch } from '../config/config-patch.js';

/**
 * The steps of a diagnosis, in order.
 *
 * `config`: the config. `dns`, `connect`, `greeting`, `tls`, `ehlo`, `auth`: opening a connection (with implicit TLS, `tls`
 * comes before `greeting`). `mail`, `rcpt`: whether the server accepts the sender and the recipient. `mx`, `spf`, `dkim`,
 * `dmarc`: the DNS records of the sender's domain.
 */
export type DiagnosisStepName =
  | 'config'
  | 'dns'
  | 'connect'
  | 'greeting'
  | 'tls'
  | 'ehlo'
  | 'auth'
  | 'mail'
  | 'rcpt'
  | 'mx'
  | 'spf'
  | 'dkim'
  | 'dmarc';

/** The certificate of the server. */
export interface CertificateFacts {
  /** The names and addresses that it is valid for. */
  names: readonly string[];
  /** The issuer. */
  issuer: string;
  /** ISO 8601. */
  validFrom: string;
  /** ISO 8601. */
  validTo: string;
  /** Whole days until it expires, negative if it has. */
  daysLeft: number;
  /** The subjects of the chain that the server sent, its own certificate first. */
  chain: readonly string[];
}

/** The findings of each step, for programs. {@link DiagnosisStep.summary} is the text form. */
export interface DiagnosisFacts {
  config: { host: string; port: number; secure: boolean; provider?: string };
  dns: { a: readonly string[]; aaaa: readonly string[] };
  connect: { address: string; port: number };
  greeting: Record<string, never>;
  tls: { mode: 'implicit' | 'starttls'; version: string; cipher: string; certificate: CertificateFacts };
  ehlo: {
    /** The unchanged lines of the reply, without the first. */
    capabilities: readonly string[];
    /** The maximum message size in bytes (RFC 1870), if the server announces it. */
    size?: number;
    eightBitMime: boolean;
    smtpUtf8: boolean;
    /** The login mechanisms. */
    auth: readonly string[];
  };
  auth: {
    user: string;
    /** The mechanism that succeeded, such as PLAIN. */
    mechanism: string;
  };
  mail: { from: string };
  rcpt: { to: string };
  mx: { records: readonly string[] };
  spf: { record: string };
  dkim: { selector: string; record: string };
  dmarc: { record: string; policy: string };
}

/** Another way to reach the server, tried up to EHLO over TLS without credentials. */
export interface Alternative {
  /** The config change for this alternative. */
  patch: ConfigPatch;
  works: boolean;
  /** The outcome. */
  message: string;
}

/** A problem and its fix. It contains no codes, passwords, or tokens, and recipients are masked. */
export interface DiagnosisProblem {
  severity: 'error' | 'warning';
  /** The code of the error that an email would fail with. */
  code?: MailErrorCode;
  /** The problem. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** Whether the problem is temporary (greylisting, a rate limit, a busy server), so that the config needs no change. */
  temporary: boolean;
  /** The path of the setting in the config. */
  path?: ConfigIssue['path'];
  /** A config change that is certain or proven to fix the problem. */
  patch?: ConfigPatch;
  /** The alternatives that were tried. */
  alternatives?: readonly Alternative[];
}

interface StepResult<Name extends DiagnosisStepName> {
  name: Name;
  /** `warning`: the step works, but has `problems`. `skipped`: see `summary` for the reason. */
  status: 'passed' | 'warning' | 'failed' | 'skipped';
  /** What the step tried, such as `Connect to smtp.example.com:587`. */
  tried: string;
  /** The result in one line. */
  summary: string;
  durationMs: number;
  /** The server's reply, without secrets. */
  response?: string;
  facts?: DiagnosisFacts[Name];
  /** The errors and warnings, worst first. */
  problems: readonly DiagnosisProblem[];
}

/** One step of a diagnosis. `name` determines the type of `facts`. */
export type DiagnosisStep = { [Name in DiagnosisStepName]: StepResult<Name> }[DiagnosisStepName];

/** The result of `diagnose`, as plain data that can be serialized as JSON. */
export interface Diagnosis {
  /**
   * `ready`: emails can be sent. `temporary`: emails cannot be sent right now, but no change is needed. `broken`: emails cannot
   * be sent until something changes.
   */
  verdict: 'ready' | 'temporary' | 'broken';
  /** The provider of the host, such as `Gmail`, if it is known. */
  provider?: string;
  /** The completed steps. Each name occurs at most once. */
  steps: readonly DiagnosisStep[];
  /** The most severe problem of the first failed step. */
  problem?: DiagnosisProblem;
  durationMs: number;
}
