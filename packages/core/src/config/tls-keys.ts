/** The boolean options of `tls.connect`. */
export const TLS_FLAGS = ['rejectUnauthorized', 'requestOCSP', 'enableTrace', 'allowPartialTrustChain'];

/** Options of the secure context. Node.js ignores them if `secureContext` is set. */
export const TLS_CONTEXT_KEYS =
  'allowPartialTrustChain ca cert ciphers clientCertEngine crl ecdhCurve key maxVersion minVersion passphrase pfx privateKeyEngine privateKeyIdentifier secureOptions secureProtocol sigalgs'.split(
    ' ',
  );

/** Options of TLS servers, which clients ignore. */
export const TLS_SERVER_KEYS =
  'ALPNCallback SNICallback dhparam handshakeTimeout honorCipherOrder isServer pskIdentityHint requestCert server sessionIdContext sessionTimeout ticketKeys'.split(
    ' ',
  );

const CONNECTION_KEYS =
  'ALPNProtocols checkServerIdentity family highWaterMark host keepAlive keepAliveInitialDelay localAddress lookup minDHSize noDelay path port pskCallback secureContext servername session socket timeout'.split(
    ' ',
  );

/** The options of `tls.connect`, to find misspelled ones. */
export const TLS_KEYS = [...new Set([...TLS_FLAGS, ...TLS_CONTEXT_KEYS, ...CONNECTION_KEYS])];
