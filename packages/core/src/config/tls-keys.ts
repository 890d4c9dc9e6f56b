/** Switches among the options of `tls.connect`. */
export const TLS_FLAGS = ['rejectUnauthorized', 'requestOCSP', 'enableTrace', 'allowPartialTrustChain'];

/** What goes into the secure context; with a ready `secureContext`, Node ignores these. */
export const TLS_CONTEXT_KEYS =
  'allowPartialTrustChain ca cert ciphers clientCertEngine crl ecdhCurve key maxVersion minVersion passphrase pfx privateKeyEngine privateKeyIdentifier secureOptions secureProtocol sigalgs'.split(
    ' ',
  );

/** Options of TLS servers, which a client ignores. */
export const TLS_SERVER_KEYS =
  'ALPNCallback SNICallback dhparam handshakeTimeout honorCipherOrder isServer pskIdentityHint requestCert server sessionIdContext sessionTimeout ticketKeys'.split(
    ' ',
  );

const CONNECTION_KEYS =
  'ALPNProtocols checkServerIdentity family highWaterMark host keepAlive keepAliveInitialDelay localAddress lookup minDHSize noDelay path port pskCallback secureContext servername session socket timeout'.split(
    ' ',
  );

/** The options of `tls.connect`, for spotting misspelled ones. */
export const TLS_KEYS = [...new Set([...TLS_FLAGS, ...TLS_CONTEXT_KEYS, ...CONNECTION_KEYS])];
