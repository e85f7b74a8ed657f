// The worker: the module, and an answer to each message. The build puts the modules' bytes before it (`engine.js`).
import { decompress, initSync } from '../../packages/wasm/brotli/brotli.js';
import { hipaalint, start } from '../../packages/wasm/dist/hipaalint.js';
import type { Hipaalint } from '../../packages/wasm/src/index.js';

/** The decoder, compressed with gzip, in base64. */
declare const DECODER: string;
/** The module, compressed with Brotli, in base64. */
declare const MODULE: string;
/** The bytes of the module. */
declare const MODULE_LENGTH: number;

export type Question = { id: number; call: keyof Hipaalint; argument: unknown };
export type Reply =
  | { id: number; result: unknown; milliseconds: number }
  | { id: number; problem: string; isFailure: boolean };

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  const modern = Uint8Array as unknown as { fromBase64?(text: string): Uint8Array<ArrayBuffer> };
  if (modern.fromBase64) return modern.fromBase64(base64);
  const text = atob(base64);
  const made = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) made[at] = text.charCodeAt(at);
  return made;
}

async function load(): Promise<void> {
  const decoder = new Blob([bytes(DECODER)]).stream().pipeThrough(new DecompressionStream('gzip'));
  initSync({ module: await new Response(decoder).arrayBuffer() });
  const module = decompress(bytes(MODULE), MODULE_LENGTH) as Uint8Array<ArrayBuffer>;
  start(await WebAssembly.compile(module));
}

const ready = load();

const post = (reply: Reply) => (self as unknown as { postMessage(message: Reply): void }).postMessage(reply);

self.addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  const { id, call, argument } = data;
  try {
    await ready;
    const begun = performance.now();
    const work = hipaalint[call] as (argument: unknown) => unknown;
    const result = work(argument);
    post({ id, result, milliseconds: performance.now() - begun });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    post({ id, problem, isFailure: (error as { kind?: string }).kind !== 'request' });
  }
});
