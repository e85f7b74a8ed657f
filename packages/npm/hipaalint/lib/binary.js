'use strict';
// Finds the program in the package for this platform. That package is an optional dependency with `os` and `cpu`, so that a package
// manager installs only the one that fits. Nothing is downloaded here or when the package is installed.

const { dirname, join } = require('node:path');

/** The packages with a program, filled in when this package is built: see packages/npm/build.mjs. */
const PACKAGES = Object.keys(require('../package.json').optionalDependencies ?? {});

/** The reasons for a missing program, and what to do. */
function explain(name, known) {
  if (!known) {
    const has = PACKAGES.map((one) => one.replace('@hipaalint/cli-', '')).join(', ');
    return [
      `hipaalint has no npm package with a program for ${process.platform}-${process.arch} (it has: ${has}).`,
      'Build it with Rust: cargo install --locked --git https://github.com/hipaalint/hipaalint',
    ].join('\n');
  }
  return [
    `The package ${name}, which has the program hipaalint for this platform, is not installed.`,
    '- If optional dependencies are left out, include them: npm install --include=optional',
    '- If node_modules was copied from another platform, install it again on this one.',
    `- If the lock file was written on another platform and has no entry for ${name},`,
    '  delete node_modules and the lock file, and run npm install.',
  ].join('\n');
}

/**
 * The path of the program.
 * @returns {string} an absolute path
 * @throws {Error} if no package for this platform is installed; the message states what to install
 */
function binary() {
  const name = `@hipaalint/cli-${process.platform}-${process.arch}`;
  const known = PACKAGES.includes(name);
  const file = process.platform === 'win32' ? 'hipaalint.exe' : 'hipaalint';
  if (known) {
    try {
      return join(dirname(require.resolve(`${name}/package.json`)), 'bin', file);
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error;
    }
  }
  throw new Error(explain(name, known));
}

exports.binary = binary;
