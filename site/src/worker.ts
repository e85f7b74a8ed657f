// The worker: the module, and an answer to each message. The build puts the module's bytes before it (`engine.js`).
import { hipaalint, start } from '../../packages/wasm/dist/hipaalint.js';
import type { Hipaalint } from '../../packages/wasm/src/index.js';

/** The module, compressed, in base64. */
declare const HIPAALINT_MODULE: string;

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

const inflated = new Blob([bytes(HIPAALINT_MODULE)]).stream().pipeThrough(new DecompressionStream('gzip'));
const headers = { 'content-type': 'application/wasm' };
const ready = WebAssembly.compileStreaming(new Response(inflated, { headers })).then((module) => start(module));

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
