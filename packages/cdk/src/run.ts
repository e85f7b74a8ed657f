// Runs the program once, and reads its report.

import { spawnSync } from 'node:child_process';
import type { Report } from './report';
import { SCHEMA } from './report';

/** A report of more bytes is not read: some 50,000 findings. */
const MAX_BYTES = 256 * 1024 * 1024;
/** A run that takes longer is ended. */
const MAX_MILLISECONDS = 10 * 60 * 1000;
/** The exit code for "something could not be done". */
const PROBLEM = 2;

export interface Run {
  readonly report: Report;
  /** Whether a finding fails the run, as the program decides. */
  readonly fails: boolean;
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ENOBUFS':
      return `its report is larger than ${MAX_BYTES / 1024 / 1024} MiB`;
    case 'ETIMEDOUT':
      return `it did not end within ${MAX_MILLISECONDS / 1000} seconds`;
    default:
      return error.message;
  }
}

/** The problems that a report lists, else what the program printed. */
function problemsOf(report: Report | undefined, printed: string): string {
  const lines = (report?.diagnostics ?? [])
    .filter(({ severity }) => severity === 'error')
    .map(({ file, message, help }) => [file && `${file}: `, message, help && ` ${help}`].join(''));
  return lines.length > 0 ? lines.slice(0, 10).join('\n') : printed.trim().split('\n').slice(0, 10).join('\n');
}

function parsed(text: string): Report | undefined {
  try {
    return JSON.parse(text) as Report;
  } catch {
    return undefined;
  }
}

/**
 * Runs the program.
 * @throws {Error} if it could not run, or could not check everything
 */
export function run(binary: string, options: readonly string[]): Run {
  const result = spawnSync(binary, ['--format', 'json', ...options], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    maxBuffer: MAX_BYTES,
    timeout: MAX_MILLISECONDS,
    windowsHide: true,
  });
  if (result.error) throw new Error(`${binary} could not run: ${reasonOf(result.error)}`);
  if (result.signal) throw new Error(`${binary} was ended by ${result.signal}`);
  const report = parsed(result.stdout);
  if (result.status === PROBLEM) {
    throw new Error(`hipaalint could not check everything.\n${problemsOf(report, result.stderr)}`);
  }
  if ((result.status !== 0 && result.status !== 1) || report === undefined) {
    throw new Error(`${binary} ended with exit code ${result.status}, without a report.\n${problemsOf(report, result.stderr)}`);
  }
  if (report.schema !== SCHEMA) {
    throw new Error(`${binary} writes reports of schema ${report.schema}, and this version of @hipaalint/cdk reads ${SCHEMA}`);
  }
  return { report, fails: result.status === 1 };
}
