// What callers use, around the functions of the module: requests become JSON, and an instance that failed is replaced.
import * as glue from './glue.js';

/** Why there is no result. */
export class HipaalintError extends Error {
  /**
   * @param {string} message
   * @param {'request' | 'failure'} kind `request` if the caller can change something, else a bug or a limit
   */
  constructor(message, kind) {
    super(message);
    this.name = 'HipaalintError';
    this.kind = kind;
  }
}

/** What an instance that ended without a sentence ran into. */
function ended(error) {
  if (error instanceof RangeError) return 'The template is nested too deeply.';
  if (error instanceof WebAssembly.RuntimeError) {
    return 'hipaalint stopped: it ran out of memory, or it has a bug.';
  }
  return error instanceof Error ? error.message : String(error);
}

function call(work) {
  try {
    return work();
  } catch (error) {
    // The module itself returns its reasons as text.
    if (typeof error === 'string') throw new HipaalintError(error, 'request');
    // Nothing is known of the state of this instance. The next call has a new one.
    glue.__wbg_reset_state();
    throw new HipaalintError(ended(error), 'failure');
  }
}

const json = (work) => JSON.parse(call(work));

/** The functions of a module that was loaded. */
export const hipaalint = Object.freeze({
  about: () => json(() => glue.about()),
  lint: (request) => json(() => glue.lint(JSON.stringify(request))),
  fix: (request) => json(() => glue.fix(JSON.stringify(request))),
  report: (request) => call(() => glue.report(JSON.stringify(request))),
  graph: (request) => json(() => glue.graph(JSON.stringify(request))),
  evaluate: (request) => json(() => glue.evaluate(JSON.stringify(request))),
  explain: (rule) => json(() => glue.explain(String(rule))),
});

let isLoaded = false;

/** Starts a module: its bytes, or a compiled one. A second call changes nothing. */
export function start(module) {
  if (!isLoaded) {
    glue.initSync({ module });
    isLoaded = true;
  }
  return hipaalint;
}

/** Whether a module was started. */
export const started = () => isLoaded;
