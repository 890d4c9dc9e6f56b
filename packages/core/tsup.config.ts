import { definePackage } from '../../tsup.config.base.js';
import { describeConfig } from './json-schema.js';

export default definePackage(['src/index.ts', 'src/mime.ts'], {
  esbuildPlugins: [
    {
      name: 'json-schema',
      setup(build) {
        build.onLoad({ filter: /config-json-schema\.ts$/ }, () => ({
          contents: `export const connectorConfigJsonSchema = ${JSON.stringify(describeConfig(), null, 2)};`,
        }));
      },
    },
  ],
});
