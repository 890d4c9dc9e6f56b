/** What the page needs before it asks for anything else: `GET /api/session`. */
export interface Session {
  /** Goes into the header `X-Postern-Token` of every request that is no GET. */
  readonly token: string;
  /** Node's version, for the footer. */
  readonly node: string;
  readonly delivery: DeliveryTarget;
  /** To whom samples go, and whom forms suggest. */
  readonly sampleRecipient: string;
}

/** Where emails go. */
export type DeliveryTarget =
  /** To the playground's own servers: nothing leaves the machine. */
  | { readonly mode: 'trap'; readonly server: string }
  /** Really sent. The inbox shows what was handed over. */
  | { readonly mode: 'server'; readonly server: string };

/** The header that carries the token. */
export const TOKEN_HEADER = 'X-Postern-Token';
