// Which program is the language server. Knows nothing of the editor, so it is tested without one.

import * as path from 'node:path';

/** What the choice depends on. */
export interface Surroundings {
  /** The setting `hipaalint.path`, which only the user's own settings can hold. */
  readonly setting: string;
  /** The folders of the workspace. */
  readonly folders: readonly string[];
  /** Whether the user trusts the workspace. */
  readonly isTrusted: boolean;
  /** The variable `PATH`. */
  readonly path: string;
  /** Whether this is Windows. */
  readonly isWindows: boolean;
  /** Whether a file exists and can be run. */
  readonly isProgram: (file: string) => boolean;
}

/** A program, or the reason why there is none. */
export type Choice = { readonly program: string } | { readonly problem: string };

/**
 * The program to run. Before the workspace is trusted, there is none. Names are never left to the system to search: on Windows,
 * that would begin in the current folder.
 */
export function choose(around: Surroundings): Choice {
  const { setting, folders, isTrusted, isWindows, isProgram } = around;
  if (!isTrusted) {
    return { problem: 'hipaalint waits until you trust this workspace.' };
  }
  const steps = isWindows ? path.win32 : path.posix;
  if (setting !== '') {
    if (!steps.isAbsolute(setting)) {
      return { problem: `The setting hipaalint.path must be an absolute path, and is "${setting}".` };
    }
    return isProgram(setting)
      ? { program: setting }
      : { problem: `The setting hipaalint.path names no program: ${setting}` };
  }
  const name = isWindows ? 'hipaalint.exe' : 'hipaalint';
  const inEnvironment = isWindows ? 'Scripts' : 'bin';
  const ofWorkspace = folders.flatMap((folder) => [
    steps.join(folder, '.venv', inEnvironment, name),
    steps.join(folder, 'venv', inEnvironment, name),
    // npm's own wrappers on Windows are scripts of a shell, which cannot be started without one.
    ...(isWindows ? [] : [steps.join(folder, 'node_modules', '.bin', name)]),
  ]);
  const ofPath = around.path
    .split(isWindows ? ';' : ':')
    .filter((folder) => steps.isAbsolute(folder))
    .map((folder) => steps.join(folder, name));
  const program = [...ofWorkspace, ...ofPath].find(isProgram);
  return program === undefined
    ? { problem: 'hipaalint is not installed: it is neither in the workspace nor on PATH. Install it, or set hipaalint.path.' }
    : { program };
}
