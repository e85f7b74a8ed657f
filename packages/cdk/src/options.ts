// What an app can set, and the options of the program for it.

import { resolve } from 'node:path';

/** A profile selects the rules. */
export type Profile = 'core' | 'conformance' | 'strict' | 'proposed-2025';

/** The lowest level of findings that fails the synthesis. */
export type FailOn = 'error' | 'warning' | 'note' | 'never';

/** Options of the plugin. All are optional; those that are absent are as in `hipaalint.yaml`. */
export interface HipaalintProps {
  /**
   * The profile to run.
   *
   * @default - that of the configuration, else `core`
   */
  readonly profile?: Profile;

  /**
   * The configuration file, relative to the current folder; `false` for none.
   *
   * @default - the nearest `hipaalint.yaml`, from the assembly upwards; if that is not in the current folder, from there upwards
   */
  readonly config?: string | false;

  /**
   * The lowest level that fails the synthesis.
   *
   * @default - that of the configuration, else `error`
   */
  readonly failOn?: FailOn;

  /**
   * The program, as a path.
   *
   * @default - the one of the npm package `hipaalint`, else `hipaalint` on the PATH
   */
  readonly binary?: string;

  /**
   * A file of known findings, which do not count. `hipaalint cdk.out --write-baseline FILE` writes it.
   *
   * @default - that of the configuration
   */
  readonly baseline?: string;

  /**
   * Reports to write in addition, as `--output` takes them: `FILE` or `FORMAT=FILE`, such as `audit.html` or
   * `exceptions=register.md`.
   *
   * @default - none
   */
  readonly output?: string | readonly string[];

  /**
   * Whether to print one line with the numbers of templates, findings and acknowledgements on standard error.
   *
   * @default true, except in unit tests (`NODE_ENV=test`)
   */
  readonly summary?: boolean;
}

const PROFILES: readonly Profile[] = ['core', 'conformance', 'strict', 'proposed-2025'];
const FAIL_ON: readonly FailOn[] = ['error', 'warning', 'note', 'never'];

function check<T extends string>(name: string, value: T | undefined, known: readonly T[]): void {
  if (value !== undefined && !known.includes(value)) {
    throw new TypeError(`hipaalint: \`${name}\` is ${JSON.stringify(value)}, and must be one of ${known.join(', ')}`);
  }
}

/**
 * The options of the program.
 * @throws {TypeError} if a value is not known
 */
export function argumentsOf(props: HipaalintProps): string[] {
  check('profile', props.profile, PROFILES);
  check('failOn', props.failOn, FAIL_ON);
  const options: string[] = [];
  if (props.profile !== undefined) options.push('--profile', props.profile);
  if (props.failOn !== undefined) options.push('--fail-on', props.failOn);
  if (props.config === false) options.push('--no-config');
  else if (props.config !== undefined) options.push('--config', resolve(props.config));
  if (props.baseline !== undefined) options.push('--baseline', resolve(props.baseline));
  for (const output of [props.output ?? []].flat()) options.push(`--output=${output}`);
  return options;
}
