// Values of parameters, which decide what a template leaves open.
import type { Evaluated } from '../../packages/wasm/src/index.js';
import { clean, el } from './dom.js';

/** The most parameters that are listed: CloudFormation takes 200. */
const MAX = 200;

type Declared = { name: string; type: string };

export class Parameters {
  given: Record<string, string> = {};
  #declared: Declared[] = [];

  constructor(private panel: HTMLElement, private button: HTMLElement, private changed: () => void) {
    button.addEventListener('click', () => {
      panel.hidden = !panel.hidden;
      button.setAttribute('aria-expanded', String(!panel.hidden));
      this.changed();
    });
  }

  get isOpen(): boolean {
    return !this.panel.hidden;
  }

  /** Takes other values, such as those of a link. */
  set(given: Record<string, string>) {
    this.given = given;
    this.#declared = [];
    this.#label();
  }

  /** Lists what a template declares. A value that is being typed stays. */
  show({ values }: Evaluated) {
    const parts = values?.deployments[0]?.parts ?? [];
    const declared = parts.filter(({ section }) => section === 'Parameters').slice(0, MAX).map(({ name, type }) => ({ name, type: type ?? '' }));
    if (JSON.stringify(declared) === JSON.stringify(this.#declared) && this.panel.childElementCount > 0) return;
    this.#declared = declared;
    const names = new Set(declared.map(({ name }) => name));
    this.given = Object.fromEntries(Object.entries(this.given).filter(([name]) => names.has(name)));
    this.#label();
    const fields = declared.map(({ name, type }) =>
      el('label', {}, el('span', {}, clean(name, 255)),
        el('input', {
          type: 'text', value: this.given[name] ?? '', placeholder: 'any value', autocomplete: 'off', spellcheck: 'false', title: clean(type, 100),
          oninput: (event) => this.#give(name, (event.target as HTMLInputElement).value),
        })));
    this.panel.replaceChildren(
      ...(fields.length > 0
        ? [el('p', { class: 'muted' }, 'Without a value, hipaalint checks every value that a parameter can have.'), el('div', { class: 'fields' }, ...fields)]
        : [el('p', { class: 'muted' }, 'The template declares no parameters.')]));
  }

  #give(name: string, value: string) {
    const { [name]: _, ...others } = this.given;
    this.given = value === '' ? others : { ...others, [name]: value };
    this.#label();
    this.changed();
  }

  #label() {
    const number = Object.keys(this.given).length;
    this.button.textContent = number > 0 ? `Parameters (${number})` : 'Parameters';
  }
}
