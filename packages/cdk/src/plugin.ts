// The plugin: `Validations.of(app).addPlugins(new Hipaalint())`.

import type { IPolicyValidationContext, IPolicyValidationPlugin, PolicyValidationPluginReport } from 'aws-cdk-lib';
import { Stack } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Acknowledged } from './acknowledged';
import { findBinary } from './binary';
import { argumentsOf, type HipaalintProps } from './options';
import type { Report } from './report';
import { run, type Run } from './run';
import { failure, NAME, type Stacks, violations } from './violations';
import { summary } from './words';

/**
 * Checks the templates of an app against the HIPAA Security Rule when it is synthesized.
 *
 * ```ts
 * Validations.of(app).addPlugins(new Hipaalint({ profile: 'conformance' }));
 * ```
 */
export class Hipaalint implements IPolicyValidationPlugin {
  readonly name = NAME;
  readonly version: string;
  private readonly binary: string;
  private readonly options: readonly string[];

  /**
   * @throws {Error} if the program is not found, or an option has a value that is not known
   */
  constructor(private readonly props: HipaalintProps = {}) {
    this.version = versionOf('../package.json');
    checkLibrary(versionOf('aws-cdk-lib/package.json'));
    this.options = argumentsOf(props);
    this.binary = findBinary(props.binary);
  }

  validate(context: IPolicyValidationContext): PolicyValidationPluginReport {
    try {
      const acknowledged = new Acknowledged(context.appConstruct);
      const { report, fails } = this.run(context, acknowledged);
      if (report.summary.templates === 0) throw new Error('hipaalint checked no template: its configuration leaves all of them out.');
      if (this.props.summary ?? process.env['NODE_ENV'] !== 'test') process.stderr.write(`${summary(report)}\n`);
      return {
        success: !fails,
        violations: violations(report, fails, this.props.failOn, acknowledged, stacksOf(context)),
        metadata: metadataOf(report),
      };
    } catch (error) {
      // An exception would be reported by `app.synth()`, but not by the CLI of the CDK, which then ends with exit code 0.
      return { success: false, violations: [failure(error)] };
    }
  }

  private run(context: IPolicyValidationContext, acknowledged: Acknowledged): Run {
    const folders = foldersOf(context.templatePaths).map(named);
    const options = [...this.options, '--no-ignore'];
    // Unit tests synthesize into a folder for temporary files, which the project does not govern, but perhaps somebody else.
    if (this.props.config === undefined && folders.some(isAbsolute)) {
      const config = nearestConfig(process.cwd());
      options.push(...(config === undefined ? ['--no-config'] : ['--config', config]));
    }
    if (Object.keys(acknowledged.aboveStacks).length === 0) return run(this.binary, [...options, '--', ...folders]);
    const work = mkdtempSync(join(tmpdir(), 'hipaalint-'));
    try {
      const file = join(work, 'acknowledgements.json');
      writeFileSync(file, JSON.stringify(acknowledged.aboveStacks));
      return run(this.binary, [...options, '--acknowledgements', file, '--', ...folders]);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
}

function versionOf(manifest: string): string {
  return (require(manifest) as { version: string }).version;
}

/**
 * Before 2.271.0, the CDK took a rule that is acknowledged on one construct as acknowledged in the whole app.
 * @throws {Error} if the version of aws-cdk-lib is lower
 */
export function checkLibrary(version: string): void {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 2 && minor < 271) throw new Error(`@hipaalint/cdk needs aws-cdk-lib 2.271.0 or later, and this app has ${version}.`);
}

/**
 * The assemblies with the templates, without those that are inside of another one. The program reads their manifests, and finds
 * nested stacks and the metadata of constructs there.
 */
export function foldersOf(templates: readonly string[]): string[] {
  const folders = [...new Set(templates.map((template) => dirname(resolve(template))))].sort();
  const isIn = (folder: string, outer: string) => folder !== outer && folder.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  return folders.filter((folder) => !folders.some((outer) => isIn(folder, outer)));
}

/** The configuration that governs a folder: the nearest one in it or above, not above the root of the repository. */
export function nearestConfig(folder: string): string | undefined {
  for (let above = folder; ; above = dirname(above)) {
    const file = join(above, 'hipaalint.yaml');
    if (existsSync(file)) return file;
    if (existsSync(join(above, '.git')) || above === dirname(above)) return undefined;
  }
}

/** A path as people would type it. */
function named(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') || isAbsolute(short) ? path : short || '.';
}

/** The stacks by the paths of their templates, nested ones included. */
function stacksOf({ stackTemplates, appConstruct }: IPolicyValidationContext): Stacks {
  const stacks = new Map(stackTemplates.map(({ templatePath, stackConstructPath }) => [resolve(templatePath), stackConstructPath]));
  const folderOf = new Map(stackTemplates.map(({ templatePath, stackConstructPath }) => [stackConstructPath, dirname(resolve(templatePath))]));
  const visit = (construct: IConstruct, folder: string | undefined): void => {
    const own = folderOf.get(construct.node.path) ?? folder;
    if (own !== undefined && Stack.isStack(construct) && construct.nested) {
      stacks.set(join(own, basename(construct.templateFile)), construct.node.path);
    }
    for (const child of construct.node.children) visit(child, own);
  };
  visit(appConstruct, undefined);
  return stacks;
}

function metadataOf({ tool, summary }: Report): Record<string, string> {
  return {
    program: `${tool.name} ${tool.version}`,
    rules: `${summary.rules} of ${summary.selection}`,
    templates: String(summary.templates),
    errors: String(summary.errors),
    warnings: String(summary.warnings),
    notes: String(summary.notes),
    undecided: String(summary.undecided),
    suppressed: String(summary.suppressed_by_exceptions),
    inBaseline: String(summary.in_baseline),
  };
}
