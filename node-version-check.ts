/** The oldest Node.js that the packages run on, as their `engines` say. */
const OLDEST_NODE = '22.12';

/**
 * Code for the start of every built file. It stops an older Node.js with one sentence, before something fails there
 * that names no reason. Bun, Deno and browsers pass.
 */
export const nodeVersionCheck = [
  '{',
  '  const { node, bun, deno } = globalThis.process?.versions ?? {};',
  "  const [major, minor] = (node ?? '').split('.').map(Number);",
  '  if (node && !bun && !deno && (major < 22 || (major === 22 && minor < 12)))',
  `    throw new Error(\`Postern needs Node.js ${OLDEST_NODE} or newer, and this is Node.js \${node}.\`);`,
  '}',
].join('\n');
