/** What the other side does: one request, for one email to one person. */
export async function postMessage(url: string, secret: string, message: object, signal?: AbortSignal) {
  const response = await fetch(`${url}/mail/messages`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${secret}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(message),
    ...(signal && { signal }),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}
