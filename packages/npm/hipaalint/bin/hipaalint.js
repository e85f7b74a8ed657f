#!/usr/bin/env node
'use strict';
// Runs the program of the package for this platform: same arguments, same standard streams, same end.

const { spawn } = require('node:child_process');
const { binary } = require('../lib/binary.js');

/** The exit code of hipaalint for "something could not be done". */
const PROBLEM = 2;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = PROBLEM;
}

function run(program) {
  const child = spawn(program, process.argv.slice(2), { stdio: 'inherit', windowsHide: true });
  // The program decides what a signal means. Without this, Node.js would end first and leave it running.
  const forward = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  child.on('error', (error) => fail(`hipaalint: ${program} cannot be run: ${error.message}`));
  child.on('exit', (code, signal) => {
    for (const own of SIGNALS) process.removeListener(own, forward);
    if (signal) {
      // Ends in the same way, so that a shell or a script sees it.
      process.kill(process.pid, signal);
    } else {
      process.exitCode = code ?? PROBLEM;
    }
  });
}

let program;
try {
  program = binary();
} catch (error) {
  fail(error.message);
}
if (program) run(program);
