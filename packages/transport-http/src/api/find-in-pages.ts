import type { ApiCall } from './api-provider.js';
import type { ApiRefusal } from './api-refusal.js';
import type { ApiRequest } from './api-request.js';
import type { ApiResponse } from './api-response.js';

/** A part of a list. */
export interface ApiPage<Item> {
  readonly items: readonly Item[];
  /** The request for the next part, if there is one. */
  readonly next: ApiRequest | undefined;
}

/** More pages than any account has. A server that repeats a page must not keep a check running. */
const MOST_PAGES = 100;

/** Requests the pages of a list, from page 0, until one has an item that matches. */
export async function findInPages<Item>(
  call: ApiCall,
  first: ApiRequest,
  readPage: (response: ApiResponse, page: number) => ApiPage<Item>,
  isMatch: (item: Item) => boolean,
): Promise<{ readonly found: boolean; readonly refusal?: ApiRefusal }> {
  let request: ApiRequest | undefined = first;
  for (let page = 0; request && page < MOST_PAGES; page += 1) {
    const { response, refusal } = await call(request);
    if (refusal) return { found: false, refusal };
    const { items, next } = readPage(response, page);
    if (items.some(isMatch)) return { found: true };
    request = items.length > 0 ? next : undefined;
  }
  return { found: false };
}
