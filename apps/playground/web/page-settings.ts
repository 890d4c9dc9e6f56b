const metaContent = (name: string): string =>
  document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content ?? '';

/** Proves to the server that a call comes from the page that it served. */
export const token = metaContent('postern-token');

/** Whatever adds a style element at run time gives it this (Mantine, CodeMirror). */
export const styleNonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? '';
