import { ConfigError, error } from './config-issue.js';

const DEFAULT_SCHEMES = ['https', 'http'];

/** Schemes that run code, or display content that is part of the link. */
const REFUSED_SCHEMES = new Set([
  ...['javascript', 'vbscript', 'livescript', 'data', 'blob', 'file', 'filesystem', 'about', 'view-source'],
]);

/** Returns why a scheme cannot be allowed for links, or `undefined` if it can. Accepts a trailing colon (RFC 3986 section 3.1). */
export function findSchemeProblem(scheme: string): string | undefined {
  const name = schemeName(scheme);
  if (!/^[a-z][a-z\d+.-]*$/.test(name)) return 'must be the scheme of a URL, such as "myapp"';
  return REFUSED_SCHEMES.has(name)
    ? `cannot be ${JSON.stringify(name)}, which is not safe in an email`
    : undefined;
}

/** Whether a URL has one of the refused schemes, after the spaces and line breaks that browsers ignore are removed. */
export function hasRefusedScheme(url: string): boolean {
  const scheme = /^([a-z][a-z\d+.-]*):/i.exec(url.replace(/[\p{Cc}\p{Z}]+/gu, ''))?.[1];
  return scheme !== undefined && REFUSED_SCHEMES.has(scheme.toLowerCase());
}

const schemeName = (scheme: string) => scheme.toLowerCase().replace(/:$/, '');

/** Decides which URLs are allowed as links in an email. */
export interface LinkRule {
  /** A description for messages: `a URL that begins with https: or http:`. */
  readonly wanted: string;
  allows(url: string): boolean;
}

/**
 * @param schemes - allowed in addition to `https` and `http`
 * @throws {ConfigError} for a scheme that is not valid or not safe
 */
export function createLinkRule(schemes: readonly string[] = []): LinkRule {
  const issues = schemes.flatMap((scheme, index) => {
    const problem = findSchemeProblem(scheme);
    if (problem === undefined) return [];
    return [error(['linkSchemes', index], 'link_scheme', `linkSchemes[${index}] ${problem}`)];
  });
  if (issues.length > 0) throw new ConfigError(issues);
  const allowed = [...new Set([...DEFAULT_SCHEMES, ...schemes.map(schemeName)])];
  return {
    wanted: `a URL that begins with ${allowed.map((scheme) => `${scheme}:`).join(' or ')}`,
    allows(url) {
      const scheme = /^([a-z][a-z\d+.-]*):/i.exec(url)?.[1]?.toLowerCase();
      if (scheme === undefined || !allowed.includes(scheme)) return false;
      return !DEFAULT_SCHEMES.includes(scheme) || URL.canParse(url);
    },
  };
}
