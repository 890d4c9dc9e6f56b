#!/usr/bin/env node
// Only this file runs on every Node.js. The imports of the others need a current one, so they come later.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `Postern needs Node.js 22.12 or newer, and this is Node.js ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
} else {
  await import('./postern.js');
}
