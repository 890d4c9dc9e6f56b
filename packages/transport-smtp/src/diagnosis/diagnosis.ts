import type { ConfigIssue, MailErrorCode } from '@postern/core';
import type { ConfigPatch } from '../config/config-patch.js';

/**
 * What `diagnose` looks at, in this order.
 *
 * `config`: what is written. `dns`, `connect`, `greeting`, `tls`, `ehlo`, `auth`: opening a connection, as every email
 * does it (with TLS from the first byte, `tls` comes before `greeting`). `mail`, `rcpt`: whether the server takes the
 * sender and the recipient; nothing is sent. `mx`, `spf`, `dkim`, `dmarc`: what the DNS says about the sender's domain.
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

/** A certificate as the server showed it. */
export interface CertificateFacts {
  /** The names and addresses it is valid for. */
  names: readonly string[];
  /** Who issued it. */
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

/** What each step found out, for programs; {@link DiagnosisStep.summary} says it in words. */
export interface DiagnosisFacts {
  config: { host: string; port: number; secure: boolean; provider?: string };
  dns: { a: readonly string[]; aaaa: readonly string[] };
  connect: { address: string; port: number };
  greeting: Record<string, never>;
  tls: { mode: 'implicit' | 'starttls'; version: string; cipher: string; certificate: CertificateFacts };
  ehlo: {
    /** Every line of the reply after the first, as it came. */
    capabilities: readonly string[];
    /** The largest message in bytes (RFC 1870), where the server says so. */
    size?: number;
    eightBitMime: boolean;
    smtpUtf8: boolean;
    /** Ways to log in. */
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

/** Another way to reach the server, tried up to EHLO over TLS; no credentials are sent. */
export interface Alternative {
  /** What to change in the config to take it. */
  patch: ConfigPatch;
  works: boolean;
  /** What happened. */
  message: string;
}

/** Something that is wrong, and its cure. Safe to show: no code, password or token, addresses of recipients masked. */
export interface DiagnosisProblem {
  severity: 'error' | 'warning';
  /** Of the failure that an email would meet. */
  code?: MailErrorCode;
  /** What is wrong. */
  message: string;
  /** What to do about it. */
  hint?: string;
  /** The config is not to blame: the same will work later (greylisting, rate limits, a server in trouble). */
  temporary: boolean;
  /** Where in the config it is wrong, outermost key first. */
  path?: ConfigIssue['path'];
  /** The change of the config that cures it: certain to be right, or tried. */
  patch?: ConfigPatch;
  /** What else was tried. */
  alternatives?: readonly Alternative[];
}

interface StepResult<Name extends DiagnosisStepName> {
  name: Name;
  /** `warning`: it works, but see `problems`. `skipped`: there was nothing to do, `summary` says why. */
  status: 'passed' | 'warning' | 'failed' | 'skipped';
  /** What was tried, e.g. `Connect to smtp.example.com:587`. */
  tried: string;
  /** What came of it, in one line. */
  summary: string;
  durationMs: number;
  /** What the server said, secrets hidden. */
  response?: string;
  facts?: DiagnosisFacts[Name];
  /** The errors and warnings, worst first. */
  problems: readonly DiagnosisProblem[];
}

/** One step of a diagnosis; `name` tells what `facts` holds. */
export type DiagnosisStep = { [Name in DiagnosisStepName]: StepResult<Name> }[DiagnosisStepName];

/** What `diagnose` found out. Plain data, fit for JSON. */
export interface Diagnosis {
  /**
   * `ready`: emails go out. `temporary`: they don't right now, and nothing has to be changed. `broken`: they don't
   * until something is changed.
   */
  verdict: 'ready' | 'temporary' | 'broken';
  /** The provider that the host belongs to, e.g. `Gmail`, where it is a known one. */
  provider?: string;
  /** The steps that were reached, each name at most once. */
  steps: readonly DiagnosisStep[];
  /** What stopped it: the worst problem of the first step that failed. */
  problem?: DiagnosisProblem;
  durationMs: number;
}
