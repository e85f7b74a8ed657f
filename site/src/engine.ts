// Questions to the worker. Of each kind only the newest waits, and a worker that does not answer in time is replaced.
import type { Hipaalint } from '../../packages/wasm/src/index.js';
import type { Question, Reply } from './worker.js';

type Boot = { start(): Worker; first: Worker };
const boot = (globalThis as unknown as { hipaalintBoot: Boot }).hipaalintBoot;

/** Milliseconds after which a worker is replaced. */
const PATIENCE = 30_000;

/** A question that a newer one has replaced. */
export class Superseded extends Error {}

export type Answer<K extends keyof Hipaalint> = { result: ReturnType<Hipaalint[K]>; milliseconds: number };

type Waiting = {
  kind: string;
  question: Question;
  resolve(answer: { result: unknown; milliseconds: number }): void;
  reject(error: Error): void;
};

export class Engine {
  #worker = boot.first;
  #current: Waiting | undefined;
  #queue: Waiting[] = [];
  #clock: ReturnType<typeof setTimeout> | undefined;
  #id = 0;

  constructor() {
    this.#listen();
  }

  /** Asks for a result. A question of the same kind that still waits is dropped. */
  ask<K extends keyof Hipaalint>(call: K, argument: Parameters<Hipaalint[K]>[0], kind: string = call): Promise<Answer<K>> {
    for (const old of this.#queue.filter((waiting) => waiting.kind === kind)) old.reject(new Superseded());
    this.#queue = this.#queue.filter((waiting) => waiting.kind !== kind);
    return new Promise<Answer<K>>((resolve, reject) => {
      const question = { id: ++this.#id, call, argument };
      this.#queue.push({ kind, question, resolve: resolve as Waiting['resolve'], reject });
      this.#next();
    });
  }

  #listen() {
    this.#worker.onmessage = ({ data }: MessageEvent<Reply>) => {
      const asked = this.#current;
      if (!asked || asked.question.id !== data.id) return;
      this.#done();
      if ('result' in data) asked.resolve(data);
      else asked.reject(new Error(data.problem));
      this.#next();
    };
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.#replace('hipaalint could not be started in this browser.');
    };
  }

  #next() {
    if (this.#current || this.#queue.length === 0) return;
    this.#current = this.#queue.shift();
    this.#worker.postMessage(this.#current?.question);
    this.#clock = setTimeout(() => {
      this.#replace(`hipaalint did not finish within ${PATIENCE / 1000} seconds and was started again.`);
    }, PATIENCE);
  }

  #done() {
    clearTimeout(this.#clock);
    this.#current = undefined;
  }

  #replace(why: string) {
    const asked = this.#current;
    this.#done();
    this.#worker.terminate();
    this.#worker = boot.start();
    this.#listen();
    asked?.reject(new Error(why));
    this.#next();
  }
}
