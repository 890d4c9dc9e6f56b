/**
 * Sends the same random emails through the official SDKs and through our transports, and compares the requests, after a
 * build: `pnpm --filter @postern/transport-http oracle [emails] [provider]`.
 */
import { registerHooks } from 'node:module';

// The sources import each other as `.js`, as the build requires it.
registerHooks({
  resolve(specifier, context, next) {
    const isSource = specifier.startsWith('.') && context.parentURL?.endsWith('.ts');
    return next(isSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});

const { compareWithSdk } = await import('../fixtures/compare-with-sdk.ts');
const { PROVIDER_ORACLES } = await import('../fixtures/provider-oracles.ts');

const [count = '500', only] = process.argv.slice(2);

for (const oracle of PROVIDER_ORACLES.filter(({ name }) => only === undefined || name === only)) {
  await compareWithSdk(oracle, Number(count));
  process.stdout.write(`${oracle.name}: ${count} emails, no difference\n`);
}
