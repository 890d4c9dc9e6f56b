import { expect } from 'vitest';

/** Expects that the page of a protected link leads to the original only after its button is pressed. */
export async function expectProtected(link: string, original: string): Promise<void> {
  const open = async (method: string) => {
    const page = await fetch(link, { method, headers: { 'Sec-Fetch-Site': 'same-origin' } });
    expect(page.status).toBe(200);
    return page.text();
  };
  const { pathname } = new URL(original);
  for (const method of ['GET', 'HEAD']) expect(await open(method)).not.toContain(pathname);
  expect(await open('POST')).toContain(original);
}
