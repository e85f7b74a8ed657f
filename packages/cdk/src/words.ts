// Texts for people.

import type { Finding, Report } from './report';

/** A second sentence is shown if both together are at most this long. */
const SHORT = 160;

/** One line without the marks of Markdown. */
function plain(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** The first sentence of a text, and the second if both are short. */
export function lead(markdown: string): string {
  const text = plain(markdown.trim().split(/\n\s*\n|\n```/)[0] ?? '');
  const ends = Array.from(text.matchAll(/[.!?](?=$|\s+(?!\p{Ll}))/gu), ({ index }) => index + 1);
  const [first = text.length, second = Infinity] = ends;
  return text.slice(0, second <= SHORT ? second : first);
}

/** What is wrong with a resource. */
export function description({ message, when }: Finding): string {
  return when === null ? message : `${message}, when ${when}`;
}

/** How to fix it, why it matters, the citations, and where to read more: a line each. `short` shortens a remediation. */
export function advice({ title, remediation, harm, controls, url }: Finding, short: (remediation: string) => string): string {
  return [
    remediation === null ? title : short(remediation),
    harm && `Why: ${harm}`,
    controls.length > 0 && `HIPAA: 45 CFR ${controls.join(', ')}`,
    `Rule: ${url}`,
  ]
    .filter(Boolean)
    .join('\n');
}

function count(number: number, one: string): string {
  return `${number} ${one}${number === 1 ? '' : 's'}`;
}

function list(parts: readonly (string | false)[]): string {
  return parts.filter(Boolean).join(', ');
}

/** The numbers of a run, in one line. */
export function summary({ tool, summary }: Report): string {
  const { errors, warnings, notes, templates, rules, selection } = summary;
  const found = list([errors > 0 && count(errors, 'error'), warnings > 0 && count(warnings, 'warning'), notes > 0 && count(notes, 'note')]);
  const rest = list([
    summary.suppressed_by_exceptions > 0 && `${summary.suppressed_by_exceptions} suppressed`,
    summary.in_baseline > 0 && `${summary.in_baseline} in the baseline`,
    summary.undecided > 0 && `${summary.undecided} undecided`,
    summary.not_looked_at.resources > 0 && `${count(summary.not_looked_at.resources, 'resource')} without a rule`,
    summary.left_out_files + summary.left_out_folders > 0 && 'files left out by the configuration',
  ]);
  const scope = `${count(templates, 'template')}, ${count(rules, 'rule')} of ${selection}`;
  return `${tool.name} ${tool.version}: ${found || 'no findings'} (${scope})${rest && `; ${rest}`}`;
}
