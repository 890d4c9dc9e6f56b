import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Options } from 'tsup';

type Plugin = NonNullable<Options['esbuildPlugins']>[number];

interface Package {
  name: string;
  version: string;
  license: string;
}

/** The folder of the package that a file belongs to. */
function packageFolder(file: string): string | undefined {
  for (let folder = dirname(file); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    // Some packages mark a subfolder with a manifest of nothing but `type`.
    if (existsSync(manifest) && 'version' in JSON.parse(readFileSync(manifest, 'utf8'))) return folder;
  }
  return undefined;
}

function notice(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as Package; // npm requires these of every package
  const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
  const text = file === undefined ? '' : `\n\n${readFileSync(join(folder, file), 'utf8').trim()}`;
  return `${name} ${version} (${license})${text}`;
}

/** Bundled code takes its licenses along: writes those of all bundled packages into one file. */
export const thirdPartyLicenses = (outputFile: string): Plugin => ({
  name: 'third-party-licenses',
  setup(build) {
    build.initialOptions.metafile = true;
    build.onEnd(({ metafile }) => {
      const inputs = Object.keys(metafile?.inputs ?? {}).filter((input) => !input.startsWith('none:'));
      const folders = new Set(inputs.flatMap((input) => packageFolder(resolve(input)) ?? []));
      const notices = [...folders].filter((folder) => folder.includes('node_modules')).map(notice);
      const rule = `\n\n${'-'.repeat(80)}\n\n`;
      mkdirSync(dirname(outputFile), { recursive: true });
      writeFileSync(outputFile, `${notices.sort().join(rule)}\n`);
    });
  },
});
