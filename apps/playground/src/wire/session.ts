/** `GET /api/session` */
export interface Session {
  /** Required in the header `X-Postern-Token` of every request except GET. */
  readonly token: string;
  readonly delivery: DeliveryTarget;
  /** The recipient of samples, and the default in forms. */
  readonly sampleRecipient: string;
}

/** The destination of emails. */
export type DeliveryTarget =
  /** The playground's servers, which keep all emails on this machine. */
  | { readonly mode: 'trap'; readonly server: string }
  /** A real server. The inbox shows the emails that it accepted. */
  | { readonly mode: 'server'; readonly server: string };

export const TOKEN_HEADER = 'X-Postern-Token';
