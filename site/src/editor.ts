// The editor: CodeMirror, with findings on their lines.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { yaml } from '@codemirror/lang-yaml';
import { bracketMatching, foldGutter, foldKeymap, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState, type Text } from '@codemirror/state';
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  highlightSpecialChars,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import style from './editor.css';
import type { Position } from '../../packages/wasm/src/index.js';

/** The most marks in the editor: more would only slow it down. */
const MAX_MARKS = 1000;

export type Mark = {
  start: Position;
  end: Position | null;
  severity: 'error' | 'warning' | 'info' | 'hint';
  message: string;
  render(): Node;
};

const colors = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: 'var(--code-key)' },
  { tag: [tags.string, tags.special(tags.string), tags.content], color: 'var(--code-text)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--code-value)' },
  { tag: [tags.typeName, tags.keyword, tags.labelName], color: 'var(--code-function)' },
  { tag: [tags.comment, tags.lineComment], color: 'var(--code-comment)', fontStyle: 'italic' },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: 'var(--muted)' },
]);

const isJson = (text: string) => /^\s*[{[]/.test(text.slice(0, 1000));

export class Editor {
  #view: EditorView;
  #language = new Compartment();
  #isJson: boolean;
  /** The line breaks of the file that was opened. */
  #eol = '\n';

  constructor(parent: HTMLElement, text: string, changed: () => void) {
    this.#isJson = isJson(text);
    const state = EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        highlightActiveLineGutter(),
        highlightSpecialChars({ addSpecialChars: /[\u202a-\u202c]/g }),
        history(),
        foldGutter({ openText: '⌄', closedText: '›' }),
        lintGutter(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        highlightActiveLine(),
        highlightSelectionMatches(),
        search({ top: true }),
        syntaxHighlighting(colors),
        this.#language.of(this.#isJson ? json() : yaml()),
        // Tab is not bound: it leaves the editor, as everywhere on the page.
        keymap.of([...lintKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': 'Template. Tab leaves the editor.', spellcheck: 'false', tabindex: '0' }),
        EditorView.perLineTextDirection.of(false),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          this.#speak();
          changed();
        }),
      ],
    });
    // In a shadow tree CodeMirror uses sheets that it constructs, and not elements, which the policy of the page forbids.
    const root = parent.attachShadow({ mode: 'open' });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(style);
    this.#view = new EditorView({ state, parent: root, root });
    root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  }

  /** Chooses the language by the text, as hipaalint does. */
  #speak() {
    const isNow = isJson(this.#view.state.sliceDoc(0, 1000));
    if (isNow === this.#isJson) return;
    this.#isJson = isNow;
    const effects = this.#language.reconfigure(isNow ? json() : yaml());
    // An update is not to be made while another is.
    queueMicrotask(() => this.#view.dispatch({ effects }));
  }

  /** The text, with `\n` at the ends of its lines. */
  get text(): string {
    return this.#view.state.doc.toString();
  }

  /** The text as a file, with the line breaks that the opened file had. */
  get file(): string {
    return this.#eol === '\n' ? this.text : this.text.replaceAll('\n', this.#eol);
  }

  /** Shows another file. */
  open(text: string) {
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n';
    const { state } = this.#view;
    this.#view.dispatch({ changes: { from: 0, to: state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });
  }

  /** Replaces what differs. One step of undo. */
  change(text: string) {
    const now = this.text;
    let from = 0;
    while (from < now.length && from < text.length && now[from] === text[from]) from++;
    let [to, end] = [now.length, text.length];
    while (to > from && end > from && now[to - 1] === text[end - 1]) {
      to--;
      end--;
    }
    this.#view.dispatch({ changes: { from, to, insert: text.slice(from, end) }, userEvent: 'input.fix' });
  }

  /** Marks places. */
  mark(marks: Mark[]) {
    const { doc } = this.#view.state;
    const diagnostics: Diagnostic[] = marks.slice(0, MAX_MARKS).map((mark) => {
      const from = offset(doc, mark.start);
      const line = doc.lineAt(from);
      // What begins on a line is marked on it: a block is not underlined to its end.
      const to = Math.min(mark.end ? offset(doc, mark.end) : line.to, line.to);
      return {
        from,
        to: Math.max(from, to),
        severity: mark.severity,
        message: mark.message,
        renderMessage: () => mark.render(),
      };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Moves to a place. */
  go(position: Position) {
    const { doc } = this.#view.state;
    const anchor = offset(doc, position);
    this.#view.dispatch({ selection: { anchor }, effects: EditorView.scrollIntoView(anchor, { y: 'center' }) });
    this.#view.focus();
  }

  focus() {
    this.#view.focus();
  }
}

/** A line, and a column in characters, as a place in the text. */
function offset(doc: Text, { line, column }: Position): number {
  if (line > doc.lines) return doc.length;
  const found = doc.line(Math.max(1, line));
  let at = 0;
  for (let left = column - 1; left > 0 && at < found.text.length; left--) {
    at += (found.text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return found.from + at;
}
