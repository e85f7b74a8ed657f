// Reports to keep.
import type { ReportRequest } from '../../packages/wasm/src/index.js';
import { download, el } from './dom.js';

type Format = { format: ReportRequest['format']; name: string; what: string; file: string; type: string };

const FORMATS: Format[] = [
  { format: 'html', name: 'HTML', what: 'A page for compliance officers: citations, findings, exceptions, and what was not checked.', file: 'hipaalint.html', type: 'text/html' },
  { format: 'sarif', name: 'SARIF', what: 'For GitHub code scanning and other tools that read SARIF 2.1.0.', file: 'hipaalint.sarif', type: 'application/json' },
  { format: 'markdown', name: 'Markdown', what: 'A short summary for a pull request.', file: 'hipaalint.md', type: 'text/markdown' },
  { format: 'exceptions-csv', name: 'CSV', what: 'The register of exceptions, for spreadsheets.', file: 'hipaalint-exceptions.csv', type: 'text/csv' },
  { format: 'json', name: 'JSON', what: 'Everything, for programs.', file: 'hipaalint.json', type: 'application/json' },
];

/** Shows the formats. */
export function showReports(view: HTMLElement, report: (format: ReportRequest['format']) => Promise<string>) {
  const problem = el('p', { class: 'caution', role: 'alert' });
  const rows = FORMATS.map(({ format, name, what, file, type }) => {
    const save = async () => {
      problem.textContent = '';
      try {
        download(file, await report(format), type);
      } catch (error) {
        problem.textContent = error instanceof Error ? error.message : String(error);
      }
    };
    return el('li', {}, el('div', {}, el('h3', {}, name), el('p', { class: 'muted' }, what)),
      el('button', { type: 'button', onclick: () => void save(), 'data-format': format, 'aria-label': `Save the ${name} report` }, 'Save'));
  });
  view.replaceChildren(el('h2', {}, 'Reports'), el('ul', { class: 'reports' }, ...rows), problem,
    el('p', { class: 'muted' }, 'The reports are made in this page, of the template as it is now.'));
}
