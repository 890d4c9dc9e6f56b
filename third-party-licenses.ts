import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

interface Package {
  name: string;
  version: string;
  license: string;
}

const FILE = 'THIRD-PARTY-LICENSES.txt';
const RULE = `\n\n${'-'.repeat(80)}\n\n`;

/** The folder of the package that a file belongs to. */
function packageFolder(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    // Some packages mark a subfolder with a manifest of nothing but `type`.
    if (existsSync(manifest) && 'version' in JSON.parse(readFileSync(manifest, 'utf8'))) return folder;
  }
  return undefined;
}

/** The license of a package from npm. */
function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Package; // npm requires these of every package
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  if (file === undefined) throw new Error(`${name} ${version} has no license file.`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
}

/**
 * Writes the licenses of all bundled packages into one file next to the bundle. The build fails if the bundle contains a
 * package from npm that is not in `names`, or lacks one that is.
 */
export const thirdPartyLicenses = (outputFolder: string, names: readonly string[]): Plugin => ({
  name: 'third-party-licenses',
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      const inputs = Object.values(metafile?.outputs ?? {}).flatMap(({ inputs }) => Object.keys(inputs));
      const folders = [...new Set(inputs.flatMap((input) => packageFolder(resolve(input)) ?? []))];
      const notices = folders.filter((folder) => folder.includes('node_modules')).map(noticeOf);
      const bundled = notices.map((text) => text.slice(0, text.indexOf(' ')));
      const unexpected = bundled.filter((name) => !names.includes(name));
      const missing = names.filter((name) => !bundled.includes(name));
      if (unexpected.length > 0 || missing.length > 0) {
        const text = `The list in tsup.config.ts does not match the bundle. Bundled but not listed: ${list(unexpected)}. Listed but not bundled: ${list(missing)}.`;
        return { errors: [{ text }] };
      }
      if (notices.length === 0) return {};
      mkdirSync(outputFolder, { recursive: true });
      writeFileSync(join(outputFolder, FILE), `${notices.sort().join(RULE)}\n`);
      return {};
    });
  },
});

const list = (names: readonly string[]) => names.join(', ') || 'nothing';
