const metaContent = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

/** Proves that a request comes from this page. */
export const token = metaContent('postern-token');

/** The nonce for style elements that Mantine and CodeMirror add. */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
