/** The guides, as their pages describe themselves: to add a guide, add its page. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../guides', import.meta.url));

/** In the order of the sidebar. A section without guides is not shown. */
const SECTIONS = [
  'Frameworks',
  'Runtimes',
  'Auth systems',
  'Providers',
  'Content',
  'Operations',
  'Migrate',
] as const;

interface Guide {
  /** The name in the sidebar. */
  readonly text: string;
  /** The heading of the page. */
  readonly title: string;
  readonly link: string;
}

export interface GuideSection {
  readonly text: string;
  readonly items: readonly Guide[];
}

/** @throws Error if the front matter of a page has no known section */
export function readGuides(): GuideSection[] {
  const guides = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => readGuide(file, readFileSync(`${FOLDER}/${file}`, 'utf8')))
    .filter((guide) => guide !== undefined)
    .sort((a, b) => a.order - b.order);
  return SECTIONS.map((section) => ({
    text: section,
    items: guides
      .filter((guide) => guide.section === section)
      .map(({ text, title, link }) => ({ text, title, link })),
  })).filter(({ items }) => items.length > 0);
}

function readGuide(file: string, markdown: string) {
  const [, frontMatter] = /^---\n(.*?)\n---\n/s.exec(markdown) ?? [];
  // The list of guides and the first steps have their own places.
  if (frontMatter === undefined || !frontMatter.includes('section:')) return undefined;
  const value = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(frontMatter)?.[1];
  const section = SECTIONS.find((name) => name === value('section'));
  if (section === undefined) throw new Error(`guides/${file}: section must be one of ${SECTIONS.join(', ')}`);
  const [, title = ''] = /^# (.*)$/m.exec(markdown) ?? [];
  const link = `/guides/${file.replace(/\.md$/, '')}`;
  return { section, order: Number(value('order') ?? Infinity), text: value('sidebar') ?? title, title, link };
}
