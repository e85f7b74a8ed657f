// Which program runs, and when none does.
const assert = require('node:assert/strict');
const { test } = require('node:test');
const { choose } = require('../out/binary.js');

const around = (changes) => ({
  setting: '',
  folders: ['/home/me/project'],
  isTrusted: true,
  path: '/usr/bin:/opt/tools',
  isWindows: false,
  isProgram: () => true,
  ...changes,
});
const only = (...files) => (file) => files.includes(file);

test('nothing runs before the workspace is trusted, not even what the user set', () => {
  assert.match(choose(around({ isTrusted: false })).problem, /trust/);
  assert.match(choose(around({ isTrusted: false, setting: '/usr/bin/hipaalint' })).problem, /trust/);
});

test('the setting comes first, and has to be an absolute path of a program', () => {
  assert.deepEqual(choose(around({ setting: '/opt/hipaalint' })), { program: '/opt/hipaalint' });
  assert.match(choose(around({ setting: 'bin/hipaalint' })).problem, /absolute/);
  assert.match(choose(around({ setting: '/opt/none', isProgram: () => false })).problem, /no program: \/opt\/none/);
});

test('the workspace comes before PATH: a virtual environment, then node_modules', () => {
  const venv = '/home/me/project/.venv/bin/hipaalint';
  const npm = '/home/me/project/node_modules/.bin/hipaalint';
  const system = '/opt/tools/hipaalint';
  assert.deepEqual(choose(around({ isProgram: only(venv, npm, system) })), { program: venv });
  assert.deepEqual(choose(around({ isProgram: only(npm, system) })), { program: npm });
  assert.deepEqual(choose(around({ isProgram: only(system) })), { program: system });
});

test('the current folder is never searched', () => {
  const asked = [];
  const isProgram = (file) => {
    asked.push(file);
    return false;
  };
  assert.match(choose(around({ path: '.:bin::/usr/bin', folders: [], isProgram })).problem, /not installed/);
  assert.deepEqual(asked, ['/usr/bin/hipaalint']);
});

test('on Windows, the program has an ending and no shell is needed', () => {
  const windows = { isWindows: true, path: 'C:\\Tools;.;D:\\bin', folders: ['C:\\work'] };
  const venv = 'C:\\work\\.venv\\Scripts\\hipaalint.exe';
  assert.deepEqual(choose(around({ ...windows, isProgram: only(venv) })), { program: venv });
  assert.deepEqual(choose(around({ ...windows, isProgram: only('D:\\bin\\hipaalint.exe') })), {
    program: 'D:\\bin\\hipaalint.exe',
  });
  assert.match(choose(around({ ...windows, isProgram: (file) => file.includes('node_modules') })).problem, /not installed/);
});
