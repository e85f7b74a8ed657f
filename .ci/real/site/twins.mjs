// Twenty broken twins of the reference templates, and what the command line finds in them.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parse } from 'yaml';

/** The failed and undecided checks, and the problems, that the program prints for a template. */
export function byProgram(binary, file, profile) {
  const options = ['--format', 'json', '--profile', profile, '--no-config', '--show', 'undecided'];
  let text;
  try {
    text = execFileSync(binary, [...options, file], { encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    text = error.stdout;
  }
  const report = JSON.parse(text);
  const place = ({ start }) => (start ? `${start.line}:${start.column}` : '');
  return {
    findings: report.findings.map((finding) => `${finding.outcome} ${finding.rule} ${place(finding)}`).sort(),
    problems: report.diagnostics.map((diagnostic) => `${diagnostic.code} ${place(diagnostic)}`).sort(),
  };
}

export function twins(root, number) {
  const folder = join(root, 'fixtures/twins');
  const all = readdirSync(folder).sort().flatMap((name) => parse(readFileSync(join(folder, name), 'utf8')))
    .filter(({ profile, expect }) => profile !== 'user' && expect?.length > 0);
  const work = mkdtempSync(join(tmpdir(), 'twins-'));
  return Array.from({ length: number }, (_, index) => {
    const twin = all[Math.floor((index * all.length) / number)];
    let text = readFileSync(join(root, 'fixtures', twin.of), 'utf8');
    for (const { after, replace, with: other, every } of twin.edit) {
      const from = after ? text.indexOf(after) : 0;
      const [before, rest] = [text.slice(0, from), text.slice(from)];
      if (from < 0 || !rest.includes(replace)) throw new Error(`${twin.name}: there is no ${replace}`);
      text = before + (every ? rest.replaceAll(replace, () => other) : rest.replace(replace, () => other));
    }
    const file = join(work, `${twin.name}-${basename(twin.of)}`);
    writeFileSync(file, text);
    return { ...twin, file };
  });
}
