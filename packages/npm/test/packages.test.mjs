import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { platformManifest, platforms, programs, publishedManifest, version } from '../build.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, '../hipaalint');
const json = (file) => JSON.parse(readFileSync(file, 'utf8'));

test('the version is that of Cargo.toml, in every package', () => {
  assert.equal(version('[package]\nname = "x"\nversion = "1.2.3"\n[dependencies]\nclap = "4"\n'), '1.2.3');
  assert.equal(version('[package]\nversion = "1.2.3-rc.1"\n'), '1.2.3-rc.1');
  assert.throws(() => version('[dependencies]\nversion = "9.9.9"\n'));
  const own = version();
  for (const one of platforms) assert.equal(platformManifest(one).version, own);
  for (const wanted of Object.values(programs())) assert.equal(wanted, own);
  for (const file of [join(source, 'package.json'), join(here, '../../cdk/package.json')]) {
    // What the repository has cannot be published by accident.
    const manifest = json(file);
    assert.equal(manifest.version, '0.0.0');
    assert.equal(manifest.private, true);
    assert.equal(publishedManifest(manifest).version, own);
  }
});

test('packages run no scripts when they are installed', () => {
  const manifests = [...platforms.map(platformManifest), publishedManifest(json(join(source, 'package.json')))];
  for (const manifest of manifests) {
    assert.equal(manifest.scripts, undefined);
    assert.equal(manifest.private, undefined);
    assert.equal(manifest.devDependencies, undefined);
  }
});

test('a platform has one package, which is named after it', () => {
  for (const { package: name, os, cpu } of platforms) assert.equal(name, `@hipaalint/cli-${os}-${cpu}`);
  assert.equal(new Set(platforms.map(({ package: name }) => name)).size, platforms.length);
});

/** The package as it is installed, with a program for this platform that is a script. */
function installed(script) {
  const folder = mkdtempSync(join(tmpdir(), 'hipaalint-test-'));
  const own = join(folder, 'node_modules/hipaalint');
  cpSync(source, own, { recursive: true });
  const name = `@hipaalint/cli-${process.platform}-${process.arch}`;
  writeFileSync(join(own, 'package.json'), JSON.stringify({ name: 'hipaalint', optionalDependencies: { ...programs(), [name]: '1.0.0' } }));
  if (script !== undefined) {
    const program = join(folder, 'node_modules', name);
    mkdirSync(join(program, 'bin'), { recursive: true });
    writeFileSync(join(program, 'package.json'), JSON.stringify({ name }));
    writeFileSync(join(program, 'bin/hipaalint'), script, { mode: 0o755 });
  }
  return { folder, command: join(own, 'bin/hipaalint.js') };
}

function run(script, ...options) {
  const { folder, command } = installed(script);
  try {
    return spawnSync(process.execPath, [command, ...options], { encoding: 'utf8', input: 'from standard input' });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('arguments, standard streams and the exit code pass through', { skip: process.platform === 'win32' }, () => {
  const seen = run('#!/bin/sh\nprintf "<%s>" "$@"; cat; echo problem >&2; exit 7\n', 'a b', '', '--x="$y"', '*');
  assert.equal(seen.stdout, '<a b><><--x="$y"><*>from standard input');
  assert.equal(seen.stderr, 'problem\n');
  assert.equal(seen.status, 7);
});

test('the end by a signal passes through', { skip: process.platform === 'win32' }, () => {
  const seen = run('#!/bin/sh\nkill -TERM $$\n');
  assert.equal(seen.signal, 'SIGTERM');
});

test('without a program, the message states what to install', () => {
  const seen = run(undefined, '--version');
  assert.equal(seen.status, 2);
  assert.match(seen.stderr, new RegExp(`@hipaalint/cli-${process.platform}-${process.arch}.* is not installed`));
  assert.match(seen.stderr, /npm install --include=optional/);
});

test('a program that cannot be run is a problem', { skip: process.platform === 'win32' }, () => {
  const seen = run('#!/nowhere/at/all\n');
  assert.equal(seen.status, 2);
  assert.match(seen.stderr, /cannot be run/);
});
