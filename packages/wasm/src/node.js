// For Node.js.
import { readFileSync } from 'node:fs';
import { hipaalint, start, started } from './hipaalint.js';

export { HipaalintError } from './hipaalint.js';

const file = () => readFileSync(new URL('./hipaalint.wasm', import.meta.url));

/** Loads the module once, without waiting: from its bytes or a compiled module; without any, from the file next to this one. */
export function loadSync(source) {
  return started() ? hipaalint : start(source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source ?? file()));
}

/** The same, compiled on other threads. */
export async function load(source) {
  if (started()) return hipaalint;
  const given = await source;
  return start(given instanceof WebAssembly.Module ? given : await WebAssembly.compile(given ?? file()));
}
