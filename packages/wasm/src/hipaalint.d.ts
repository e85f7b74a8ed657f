import type { Hipaalint } from './index.js';

export const hipaalint: Hipaalint;
export function start(module: BufferSource | WebAssembly.Module): Hipaalint;
export function started(): boolean;
