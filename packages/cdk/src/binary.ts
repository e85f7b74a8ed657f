// Finds the program: as the app names it, in the npm package, or on the PATH.

import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/** The npm package, which finds the program in the package for this platform. */
interface Package {
  binary(): string;
}

function isProgram(path: string): boolean {
  try {
    if (!statSync(path).isFile()) return false;
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The program on the PATH. Relative entries are left out: the current folder is not trusted. */
function onPath(): string | undefined {
  const name = process.platform === 'win32' ? 'hipaalint.exe' : 'hipaalint';
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter(isAbsolute);
  return folders.map((folder) => join(folder, name)).find(isProgram);
}

/** The program of the npm package, or why there is none. */
function ofPackage(): { path?: string; reason: string } {
  let own: Package;
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    own = require('hipaalint') as Package;
  } catch {
    return { reason: 'The npm package hipaalint is not installed: npm install --save-dev hipaalint' };
  }
  try {
    return { path: own.binary(), reason: '' };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The path of the program.
 * @throws {Error} if there is none; the message states what to install
 */
export function findBinary(named: string | undefined): string {
  if (named !== undefined) {
    const path = resolve(named);
    if (isProgram(path)) return path;
    throw new Error(`hipaalint: \`binary\` names ${path}, which is not a program.`);
  }
  const { path, reason } = ofPackage();
  const found = path !== undefined && isProgram(path) ? path : onPath();
  if (found !== undefined) return found;
  const missing = path === undefined ? reason : `${path} is not a program.`;
  throw new Error(`hipaalint: the program was not found, so the templates cannot be checked.\n${missing}\nOr set the option \`binary\` to its path.`);
}
