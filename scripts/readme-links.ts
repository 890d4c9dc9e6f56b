import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A README and the data to check its links. */
export interface ReadmeFile {
  /** Path of the README. */
  path: string;
  markdown: string;
  /** Shown outside the repository, such as on npm or in Logto's console, where relative links do not work. */
  isPublished: boolean;
}

const withoutCode = (markdown: string) =>
  markdown.replace(/^(?<fence>```+|~~~+).*?^\k<fence>[ \t]*$/gms, '').replace(/`[^`\n]*`/g, '');

/** The targets of all links and images: inline, by reference, in HTML, or in angle brackets. */
const targetsIn = (markdown: string) =>
  [
    /\]\(\s*<?(?<target>[^)\s>]+)>?[^)]*\)/g,
    /^ {0,3}\[[^\]]+\]:\s*<?(?<target>[^\s>]+)/gm,
    /<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)\s*=\s*["']?(?<target>[^"'\s>]+)/gi,
    /<(?<target>https?:[^\s>]+)>/g,
  ].flatMap((pattern) => [...markdown.matchAll(pattern)].map(({ groups }) => groups?.target ?? ''));

/** The anchors of the headings, in the format of GitHub and npm. */
export function anchorsIn(markdown: string): Set<string> {
  const seen = new Map<string, number>();
  const headings = markdown
    .replace(/^(?<fence>```+|~~~+).*?^\k<fence>[ \t]*$/gms, '')
    .matchAll(/^#{1,6}\s+(?<heading>.*?)\s*#*$/gm);
  return new Set(
    [...headings].map(({ groups }) => {
      const text = (groups?.heading ?? '').replace(/\[(?<text>[^\]]*)\]\([^)]*\)/g, '$<text>');
      const slug = text
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
        .replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

const NPM = 'https://www.npmjs.com/package/';

/**
 * Finds the dead links of a README.
 *
 * @param packages the README of each package of the workspace, by its name
 */
export function deadLinks(readme: ReadmeFile, packages: ReadonlyMap<string, string>): string[] {
  const problemOf = (target: string): string | undefined => {
    const [address = '', anchor] = target.split('#', 2);
    const hasAnchor = (markdown: string) => anchor === undefined || anchorsIn(markdown).has(anchor);
    if (address === '') return hasAnchor(readme.markdown) ? undefined : 'there is no such heading';
    if (address.startsWith(`${NPM}@postern/`)) {
      const markdown = packages.get(address.slice(NPM.length));
      if (markdown === undefined) return 'there is no such package';
      return hasAnchor(markdown) ? undefined : 'there is no such heading in that README';
    }
    if (/^(?:https?|mailto):/.test(address)) return undefined;
    if (readme.isPublished) return `relative links are dead outside of the repository: link to ${NPM}…`;
    return existsSync(join(dirname(readme.path), address)) ? undefined : 'there is no such file';
  };
  return targetsIn(withoutCode(readme.markdown)).flatMap((target) => {
    const problem = problemOf(target);
    return problem === undefined ? [] : [`${target}: ${problem}`];
  });
}
