// Builds the npm packages of a release: one for each platform with the program and nothing else, `hipaalint`, which finds it, and
// `@hipaalint/cdk`. The version is that of Cargo.toml: no package.json in the repository has one.
//
//   node packages/npm/build.mjs ARTIFACTS OUT [--only PACKAGE]…
//
// ARTIFACTS is a folder with the archives of the release (hipaalint-vX.Y.Z-TARGET.tar.gz or .zip). OUT receives tarballs for
// `npm publish`, and the file `order` with their names, in the order in which they have to be published. `--only` leaves out the
// packages of other platforms, to try one build. `@hipaalint/cdk` has to be compiled before (npm ci && npm run build).

import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../..');
const LICENSES = ['LICENSE-MIT', 'LICENSE-APACHE'];
export const platforms = JSON.parse(readFileSync(join(here, 'platforms.json'), 'utf8'));

/** The version of the package in Cargo.toml. */
export function version(text = readFileSync(join(root, 'Cargo.toml'), 'utf8')) {
  const section = text.split(/^\[/m).find((part) => part.startsWith('package]')) ?? '';
  const found = /^version = "(\d+\.\d+\.\d+(?:-[\w.]+)?)"$/m.exec(section);
  if (!found) throw new Error('Cargo.toml has no version');
  return found[1];
}

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const writeJson = (file, value) => writeFileSync(file, `${JSON.stringify(value, undefined, 2)}\n`);

/** What package.json has in every package, from that of `hipaalint`. */
function common() {
  const { license, repository, homepage, bugs } = readJson(join(here, 'hipaalint/package.json'));
  return { version: version(), license, repository, homepage, bugs };
}

/** package.json of a package with a program. */
export function platformManifest({ package: name, os, cpu }) {
  return {
    name,
    description: `The program hipaalint for ${os}-${cpu}; install the package hipaalint instead`,
    ...common(),
    // A program cannot be run from an archive, which is where Yarn keeps packages otherwise.
    preferUnplugged: true,
    os: [os],
    cpu: [cpu],
    files: ['bin', ...LICENSES],
  };
}

/** package.json of a package of the repository, as it is published. */
export function publishedManifest(manifest, more) {
  const { private: _, scripts: __, devDependencies: ___, ...rest } = manifest;
  return { ...rest, version: version(), files: [...manifest.files, ...LICENSES], ...more };
}

/** The dependencies of `hipaalint`: the packages with a program, of the same version. */
export function programs() {
  return Object.fromEntries(platforms.map(({ package: name }) => [name, version()]));
}

function pack(folder, out) {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', out], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
      // npm is a script on Windows.
      shell: process.platform === 'win32',
    }),
  );
  return basename(filename);
}

function withLicenses(folder) {
  for (const license of LICENSES) copyFileSync(join(root, license), join(folder, license));
}

function platform(one, artifacts, work) {
  const folder = join(work, one.package.replace('/', '-'));
  const name = `hipaalint-v${version()}-${one.target}`;
  const file = one.os === 'win32' ? 'hipaalint.exe' : 'hipaalint';
  mkdirSync(join(folder, 'bin'), { recursive: true });
  const program = join(folder, 'bin', file);
  const unpacked = join(work, name);
  if (one.os === 'win32') {
    execFileSync('unzip', ['-q', join(artifacts, `${name}.zip`), '-d', work]);
  } else {
    execFileSync('tar', ['xzf', join(artifacts, `${name}.tar.gz`), '-C', work]);
  }
  copyFileSync(join(unpacked, file), program);
  chmodSync(program, 0o755);
  writeJson(join(folder, 'package.json'), platformManifest(one));
  writeFileSync(join(folder, 'README.md'), `# ${one.package}\n\nThe program [hipaalint](https://github.com/hipaalint/hipaalint) for ${one.os}-${one.cpu}. Install the package \`hipaalint\`, which selects this one.\n`);
  withLicenses(folder);
  return folder;
}

function own(source, parts, manifest, work) {
  const folder = join(work, basename(source));
  mkdirSync(folder, { recursive: true });
  for (const part of [...parts, 'README.md']) {
    if (!existsSync(join(source, part))) throw new Error(`${join(source, part)} does not exist; was it compiled?`);
    cpSync(join(source, part), join(folder, part), { recursive: true });
  }
  writeJson(join(folder, 'package.json'), manifest);
  withLicenses(folder);
  return folder;
}

function main(options) {
  const [artifacts, out, ...rest] = options;
  const only = rest.filter((_, index) => rest[index - 1] === '--only');
  if (!artifacts || !out) throw new Error('usage: build.mjs ARTIFACTS OUT [--only PACKAGE]…');
  mkdirSync(out, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'hipaalint-npm-'));
  try {
    const chosen = platforms.filter(({ package: name }) => only.length === 0 || only.includes(name));
    const hipaalint = join(here, 'hipaalint');
    const cdk = join(root, 'packages/cdk');
    const folders = [
      ...chosen.map((one) => platform(one, resolve(artifacts), work)),
      own(hipaalint, ['bin', 'lib'], publishedManifest(readJson(join(hipaalint, 'package.json')), { optionalDependencies: programs() }), work),
      own(cdk, ['lib'], publishedManifest(readJson(join(cdk, 'package.json')), { dependencies: { hipaalint: version() } }), work),
    ];
    const packed = folders.map((folder) => pack(folder, resolve(out)));
    // Programs first: `hipaalint` depends on them, and `@hipaalint/cdk` on it.
    writeFileSync(join(out, 'order'), packed.map((name) => `${name}\n`).join(''));
    console.log(packed.join('\n'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
