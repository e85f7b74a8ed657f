// Findings of the program as violations of the CDK.

import type { PolicyViolatingResource, PolicyViolation } from 'aws-cdk-lib';
import { resolve } from 'node:path';
import type { Acknowledged } from './acknowledged';
import type { Finding, Level, Report } from './report';
import { advice, description, lead } from './words';

/** The plugin's name, which users write before `::` to acknowledge a rule. */
export const NAME = 'hipaalint';

const LEVELS: readonly Level[] = ['error', 'warning', 'note'];

/** The stacks by the paths of their templates. */
export type Stacks = ReadonlyMap<string, string>;

/** A function that computes each result once: an app has many findings of few rules, in few templates. */
function once(compute: (text: string) => string): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const result = known.get(text) ?? compute(text);
    known.set(text, result);
    return result;
  };
}

/** How the texts of a run are translated. */
interface Texts {
  readonly path: (file: string) => string;
  readonly lead: (remediation: string) => string;
}

/**
 * The levels that fail the synthesis. If a violation was acknowledged, the CDK fails for the severities `error` and `fatal` alone,
 * whatever the plugin says. So the levels that fail have these, and no other ones.
 */
function failing({ summary }: Report, fails: boolean, failOn: string | undefined): ReadonlySet<Level> {
  if (failOn !== undefined) return new Set(LEVELS.slice(0, LEVELS.indexOf(failOn as Level) + 1));
  if (!fails) return new Set();
  // The configuration decides, and has: the run fails because of one of the levels that it found.
  if (summary.errors > 0) return new Set(['error']);
  return new Set(summary.warnings > 0 ? ['error', 'warning'] : LEVELS);
}

function resourceOf(finding: Finding, stacks: Stacks, templatePath: string): PolicyViolatingResource {
  const [section, name, ...rest] = finding.path.split('/');
  if (section === 'Resources' && name) {
    return { resourceLogicalId: name, templatePath, locations: rest.length > 0 ? [rest.join('.')] : [] };
  }
  // The CLI reports what belongs to the selected stacks, so it has to know the construct or the stack.
  const constructPath = finding.subject.construct ?? stacks.get(templatePath);
  return { ...(constructPath !== undefined && { constructPath }), templatePath, locations: name ? [`${section}.${name}`] : [] };
}

function idOf({ rule }: Finding): string {
  return `${NAME}::${rule}`;
}

function violation(finding: Finding, severity: string, stacks: Stacks, { path, lead }: Texts): PolicyViolation {
  const { rule, title, level, controls, url } = finding;
  return {
    ruleName: rule,
    description: description(finding),
    severity,
    fix: advice(finding, lead),
    ruleMetadata: {
      ...(title !== null && { title }),
      level,
      severity: finding.severity,
      ...(controls.length > 0 && { controls: controls.join(', ') }),
      url,
    },
    violatingResources: [resourceOf(finding, stacks, path(finding.file))],
  };
}

/** The violations of a run. */
export function violations(
  report: Report,
  fails: boolean,
  failOn: string | undefined,
  acknowledged: Acknowledged,
  stacks: Stacks,
): PolicyViolation[] {
  const texts: Texts = { path: once((file) => resolve(file)), lead: once(lead) };
  const failed = failing(report, fails, failOn);
  const severityOf = ({ level }: Finding) => (failed.has(level) ? 'error' : level === 'note' ? 'info' : 'warning');
  const covered = (finding: Finding) =>
    acknowledged.covers(idOf(finding), finding.subject.construct ?? stacks.get(texts.path(finding.file)) ?? '');
  const found = report.findings.map((finding) => {
    const severity = severityOf(finding);
    // The CDK would take away what the program does not accept as acknowledged, unless it is fatal.
    return violation(finding, severity === 'error' && covered(finding) ? 'fatal' : severity, stacks, texts);
  });
  // The CDK takes these away and lists them with their reasons. Those that are acknowledged under the name of another tool, or are
  // excepted elsewhere, it would report: they are in the program's own register.
  const listed = report.suppressed.filter(covered);
  return [...found, ...listed.map((finding) => violation(finding, severityOf(finding), stacks, texts))];
}

/** A violation that nobody can acknowledge, and that counts whichever stacks are selected: nothing was checked. */
export function failure(error: unknown): PolicyViolation {
  const [first = '', ...rest] = (error instanceof Error ? error.message : String(error)).split('\n');
  return {
    ruleName: 'not-checked',
    description: first,
    severity: 'fatal',
    ...(rest.length > 0 && { fix: rest.join('\n') }),
    violatingResources: [{ locations: [] }],
  };
}
