/** A client of a site that keeps its cookies. It posts if there is a form, and does not follow redirects. */
export type Client = (url: string, form?: Record<string, string>) => Promise<Response>;

export function openClient(origin: string): Client {
  const cookies = new Map<string, string>();
  return async (url, form) => {
    const cookie = Array.from(cookies, ([name, value]) => `${name}=${value}`).join('; ');
    const target = new URL(url, origin);
    const response = await fetch(target, {
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
      redirect: 'manual',
      headers: {
        ...{ Cookie: cookie, Connection: 'close', 'Accept-Language': 'de' },
        ...(form && { Origin: target.origin, 'Sec-Fetch-Site': 'same-origin' }),
      },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    return response;
  };
}
