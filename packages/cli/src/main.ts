#!/usr/bin/env node
// Only this file runs on old versions of Node.js. The other files need a current one, so it loads them afterwards.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 12)) {
  process.stderr.write(
    `Postern requires Node.js 22.12 or later. This is Node.js ${process.versions.node}.\n`,
  );
  process.exitCode = 1;
} else {
  await import('./postern.js');
}
