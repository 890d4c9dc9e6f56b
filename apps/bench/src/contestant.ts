/** What is measured, and what every file in `peers` gives. */

/** Where a contestant sends to. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** With STARTTLS, this certificate (PEM) and a login; without, in plain text to anyone. */
  readonly secure?: { readonly certificate: string; readonly user: string; readonly pass: string };
}

/** A sender at work: warm, if it can be. */
export interface Sender {
  /** Sends one sign-in code, and ends when the server has taken it. */
  send(to: string, code: string): Promise<unknown>;
  close(): Promise<unknown>;
}

/**
 * Makes a sender as the documentation of a package says, at its fastest documented setting.
 *
 * @param connections - How many it may have open at once, if it keeps any.
 */
export type OpenSender = (server: MailServer, connections: number) => Sender | Promise<Sender>;
