import * as z from 'zod';
import type { Sealer } from './sealer.js';

/** Where a link leads, and until when. A tuple, because its length is part of the URL. */
const targetSchema = z.tuple([z.int(), z.string(), z.enum(['GET', 'POST'])]);

/** The browser that requested a bound link, and the code for other browsers, if that browser can receive it. */
const boundSchema = z.tuple([z.string(), z.string().optional()]);

const linkSchema = z.tuple([targetSchema, boundSchema.nullable(), z.string().optional()]);

/** The original link. */
export interface LinkTarget {
  readonly href: string;
  readonly method: 'GET' | 'POST';
  /** Seconds since the Unix epoch. */
  readonly expires: number;
}

/** The content of a sealed link. */
export interface SealedLink {
  readonly target: LinkTarget;
  readonly bound?: { readonly browser: string; readonly code?: string | undefined } | undefined;
  /** The recipient's masked address. */
  readonly address?: string | undefined;
}

type TargetTuple = z.output<typeof targetSchema>;

const toTuple = ({ expires, href, method }: LinkTarget): TargetTuple => [expires, href, method];
const toTarget = ([expires, href, method]: TargetTuple): LinkTarget => ({ expires, href, method });

/** Seals what the email's URL contains. */
export const sealLink = (sealer: Sealer, { target, bound, address }: SealedLink): Promise<string> =>
  sealer.seal(
    'link',
    JSON.stringify([
      toTuple(target),
      bound ? [bound.browser, ...(bound.code === undefined ? [] : [bound.code])] : null,
      ...(address ? [address] : []),
    ]),
  );

/** @returns `undefined` for a token that this guard did not create */
export async function openLink(sealer: Sealer, token: string): Promise<SealedLink | undefined> {
  const text = await sealer.open('link', token);
  if (text === undefined) return undefined;
  const [target, bound, address] = linkSchema.parse(JSON.parse(text));
  return {
    target: toTarget(target),
    bound: bound ? { browser: bound[0], code: bound[1] } : undefined,
    address,
  };
}

/** A box for the cookie. The key depends on the code, so the cookie alone does not reveal whether a code is right. */
const purposeOf = (code: string) => `box ${code}`;

export const sealBox = (sealer: Sealer, code: string, target: LinkTarget): Promise<string> =>
  sealer.seal(purposeOf(code), JSON.stringify(toTuple(target)));

/** @returns `undefined` if the box has another code */
export async function openBox(sealer: Sealer, code: string, box: string): Promise<LinkTarget | undefined> {
  const text = await sealer.open(purposeOf(code), box);
  return text === undefined ? undefined : toTarget(targetSchema.parse(JSON.parse(text)));
}
