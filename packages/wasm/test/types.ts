// The types, as a program uses them. Only checked, never run.
import { type Finding, HipaalintError, type Linted, load, loadSync } from '@hipaalint/wasm';

const hipaalint = await load();
const linted: Linted = hipaalint.lint({ files: { 'app.yaml': '' }, profile: 'strict', parameters: { Env: 'prod' }, minSeverity: 'high' });
const failed: Finding[] = linted.report.findings.filter(({ outcome }) => outcome === 'fail');
const lines: number[] = failed.flatMap(({ start }) => (start ? [start.line] : []));
const sarif: string = loadSync().report({ files: {}, format: 'sarif' });
// @ts-expect-error: there is no such format
hipaalint.report({ files: {}, format: 'pdf' });
// @ts-expect-error: a request has files
hipaalint.lint({});
export const used = [lines, sarif, HipaalintError];
