// What is read of the report that the program writes (schemas/report.schema.json).

/** The shape that this package reads. Later versions of it have more fields, and no other ones. */
export const SCHEMA = 1;

export type Level = 'error' | 'warning' | 'note';

export interface Subject {
  readonly section: string;
  readonly name: string;
  readonly construct: string | null;
}

export interface Suppression {
  readonly id: string;
}

export interface Finding {
  readonly rule: string;
  readonly title: string | null;
  readonly url: string;
  readonly harm?: string | null;
  readonly remediation: string | null;
  readonly level: Level;
  readonly severity: string;
  readonly message: string;
  readonly when: string | null;
  readonly file: string;
  readonly path: string;
  readonly subject: Subject;
  readonly alike: readonly Subject[];
  readonly controls: readonly string[];
  readonly exception: Suppression | null;
}

export interface Diagnostic {
  readonly severity: 'error' | 'note';
  readonly file: string;
  readonly message: string;
  readonly help: string;
}

export interface Summary {
  readonly selection: string;
  readonly templates: number;
  readonly rules: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
  readonly undecided: number;
  readonly suppressed_by_exceptions: number;
  readonly in_baseline: number;
  readonly left_out_files: number;
  readonly left_out_folders: number;
  readonly not_looked_at: { readonly resources: number };
}

export interface Report {
  readonly schema: number;
  readonly tool: { readonly name: string; readonly version: string };
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
  readonly diagnostics: readonly Diagnostic[];
  readonly summary: Summary;
}
