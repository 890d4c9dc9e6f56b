/** The oldest version that the `engines` of the packages allow. */
const OLDEST_NODE = '22.12';

/**
 * Code for the start of every built file. On an older Node.js, it throws an error that names the required version. Without
 * it, the first missing feature would fail for no clear reason. Bun, Deno, and browsers pass.
 */
export const nodeVersionCheck = [
  '{',
  '  const { node, bun, deno } = globalThis.process?.versions ?? {};',
  "  const [major, minor] = (node ?? '').split('.').map(Number);",
  '  if (node && !bun && !deno && (major < 22 || (major === 22 && minor < 12)))',
  `    throw new Error(\`Postern requires Node.js ${OLDEST_NODE} or later. This is Node.js \${node}.\`);`,
  '}',
].join('\n');
