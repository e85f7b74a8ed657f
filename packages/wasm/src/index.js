// For browsers and bundlers.
import { hipaalint, start, started } from './hipaalint.js';

export { HipaalintError } from './hipaalint.js';

/** Loads the module once: from its bytes, a compiled module or an address; without any, from the file next to this one. */
export async function load(source = new URL('./hipaalint.wasm', import.meta.url)) {
  if (started()) return hipaalint;
  const given = await source;
  if (given instanceof WebAssembly.Module) return start(given);
  if (given instanceof ArrayBuffer || ArrayBuffer.isView(given)) return start(await WebAssembly.compile(given));
  const response = await fetch(given);
  if (!response.ok) throw new Error(`cannot load hipaalint.wasm: ${response.status} ${response.statusText}`);
  return start(await WebAssembly.compile(await response.arrayBuffer()));
}
