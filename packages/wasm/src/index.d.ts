/** hipaalint as WebAssembly. Texts in, results out: it reads no file and no address. */

/** A template and its options. Paths are relative, with `/` between their steps. */
export interface Request {
  /** Texts by path: templates, what they include and nest, configurations (`hipaalint.yaml`) and custom rules. */
  files: Record<string, string>;
  /** The files and folders to look at. Without any, all. A folder can be the output of `cdk synth`. */
  paths?: string[];
  /** The profile, instead of the one that the configuration names. The default is `core`. */
  profile?: 'core' | 'conformance' | 'strict' | 'proposed-2025';
  /** The rules to run instead of a profile: ids, or patterns such as `s3-*`. */
  rules?: string[];
  /** The rules that do not run: ids, or patterns. */
  ignore?: string[];
  /** The lowest severity of the rules that run. */
  minSeverity?: RuleSeverity;
  /** The lowest level that results in exit 1. The default is `error`. */
  failOn?: Level | 'never';
  /** Values of parameters. */
  parameters?: Record<string, string>;
  today?: string;
  /** Whether configurations among the files are ignored. */
  noConfig?: boolean;
}

export interface LintRequest extends Request {
  /** Whether undecided checks are in the findings. */
  undecided?: boolean;
  /** Whether passed checks are in the findings. */
  passed?: boolean;
  /** What findings have of their fixes: the less, the quicker. The default is `edits`. Fixes with `titles` have no edits. */
  fixes?: 'edits' | 'titles' | 'none';
}

export interface ReportRequest extends Request {
  format: 'html' | 'sarif' | 'markdown' | 'json' | 'jsonl' | 'junit' | 'gitlab' | 'exceptions' | 'exceptions-csv';
  /** Whether the report lists undecided checks that it would only count. */
  undecided?: boolean;
  /** Whether the report lists passed checks that it would only count. */
  passed?: boolean;
  /** The title of the pages. */
  title?: string;
}

export interface FixRequest extends Request {
  fixing?: {
    /** Whether fixes are made that can replace, interrupt or delete something, deny requests, or cost money. */
    unsafe?: boolean;
    /** The rules whose findings are fixed: ids, or patterns. Without any, those of all rules. */
    rules?: string[];
    /** Only these findings. `path` and `offset` are those of the finding's `path` and `start`. */
    only?: { rule: string; path: string; offset: number }[];
  };
}

export interface EvaluateRequest extends Request {
  /** The part to evaluate, such as `Resources/Records/Properties/BucketName`. Without it, everything. */
  path?: string;
}

export type Level = 'error' | 'warning' | 'note';
export type RuleSeverity = 'critical' | 'high' | 'medium' | 'low';

/** Lines and columns count from 1, columns in characters, offsets in bytes of UTF-8. */
export interface Position {
  line: number;
  column: number;
  offset: number;
}

export interface Origin {
  file: string;
  line: number;
  column: number;
}

export interface Subject {
  section: string;
  name: string;
  type: string | null;
  /** The path of the CDK's construct. */
  construct: string | null;
  origin: Origin | null;
}

export interface Related {
  message: string;
  file: string;
  start: Position | null;
  end: Position | null;
}

export interface Edit {
  start: Position;
  end: Position;
  text: string;
}

export interface Fix {
  title: string;
  applicability: 'safe' | 'unsafe' | 'display';
  note: string | null;
  /** The text that replaces the bytes from `start` to `end`. A `display` fix has none. */
  edits: Edit[];
}

export interface Exception {
  id: string;
  rules: string[];
  reason: string | null;
  alternative: string | null;
  owner: string | null;
  ticket: string | null;
  expires: string | null;
  dialect: 'metadata' | 'comment' | 'cfn-guard' | 'cfn-nag' | 'checkov' | 'cdk-nag' | 'cdk';
  covers: string[];
  required: string[];
  origin: Origin | null;
  file: string;
  start: Position | null;
  end: Position | null;
}

export interface Finding {
  rule: string;
  title: string | null;
  url: string | null;
  remediation: string | null;
  level: Level;
  severity: RuleSeverity;
  outcome: 'fail' | 'undecided' | 'pass';
  message: string;
  /** The choice of parameters and conditions for which it occurs, if not always. */
  when: string | null;
  file: string;
  start: Position | null;
  end: Position | null;
  path: string;
  fixes: Fix[];
  subject: Subject;
  alike: Subject[];
  controls: string[];
  related: Related[];
  baseline: 'new' | 'unchanged' | null;
  exception: Exception | null;
}

export interface Diagnostic {
  severity: 'error' | 'note';
  code: string;
  file: string;
  start: Position | null;
  end: Position | null;
  message: string;
  help: string;
  related: Related[];
}

/** What no rule of the run judged. */
export interface NotLookedAt {
  resources: number;
  types: { type: string; resources: number; profile: string | null }[];
  unreadable_types: number;
  unknown_types: number;
  not_transformed: number;
  sam_resources: number;
  sam_events: number;
  sam_connectors: number;
  inner_templates: number;
  templates_not_found: number;
}

export interface Summary {
  selection: string;
  notice: string | null;
  templates: number;
  resources: number;
  not_looked_at: NotLookedAt;
  rules: number;
  passed: number;
  supporting: number;
  failed: number;
  undecided: number;
  errors: number;
  warnings: number;
  notes: number;
  suppressed_by_exceptions: number;
  fixable?: { safe: number; unsafe: number; display: number };
  [field: string]: unknown;
}

/** The document of `hipaalint --format json`. */
export interface Report {
  schema: 1;
  tool: { name: string; version: string };
  findings: Finding[];
  suppressed: Finding[];
  exceptions: (Exception & { state: string; findings: number })[];
  diagnostics: Diagnostic[];
  summary: Summary;
}

export interface RuleText {
  title: string;
  /** Markdown. */
  why: string;
  /** Markdown. */
  remediation: string;
  harm: string;
  severity: RuleSeverity;
  controls: string[];
  references: string[];
}

export interface Linted {
  /** The exit code of the program: 0, 1 if findings fail the run, or 2 if something could not be done. */
  exit: 0 | 1 | 2;
  report: Report;
  /** The texts of the rules with findings, by id. */
  rules: Record<string, RuleText>;
  /** The titles of the citations of these rules. */
  citations: Record<string, string>;
}

export interface Fixed {
  /** The files that changed. */
  files: { name: string; text: string; diff: string }[];
  fixes: {
    dry_run: boolean;
    fixed: number;
    files: number;
    unsafe_fixes: boolean;
    not_fixed: { reason: string; findings: number }[];
    rules: { rule: string; fixed: number; taken_back: number }[];
  } | null;
}

/** The document of `hipaalint graph --format json`. */
export interface Graph {
  file: string;
  nodes: {
    id: string;
    type: string;
    line: number;
    when?: string;
    phi?: { by: 'tag'; key: string; value: string } | { by: 'type' };
    findings?: { rule: string; level: Level }[];
    inCycle: boolean;
  }[];
  edges: {
    from: string;
    to: string;
    derived: boolean;
    inCycle: boolean;
    relations: { kind: string; derived: boolean; path?: string; attribute?: string; line: number; when?: string }[];
  }[];
  cycles: { path: string[]; when?: string }[];
}

export interface Drawn {
  graph: Graph | null;
  /** The same in Mermaid's language. */
  mermaid: string | null;
  /** Why there is none. */
  problem: string | null;
}

export interface Value {
  path: string;
  file: string | null;
  start: Position | null;
  end: Position | null;
  note: string | null;
  alternatives: {
    when: string | null;
    /** None if the deployed template does not have the value. */
    content: Content | null;
    from: { kind: string; name: string; detail: string; file: string | null; start: Position | null; end: Position | null }[];
  }[];
}

export type Content =
  | { kind: 'value'; value: null | boolean | number | string; decoded?: Content }
  | { kind: 'text'; text: string; parts: ({ text: string } | { unknown: string; reason: string } | { secret: string })[]; decoded?: Content }
  | { kind: 'list'; items: Value[] }
  | { kind: 'map'; entries: { key: string; value: Value }[] };

export interface Evaluated {
  /** The document of `hipaalint evaluate --format json`. */
  values: {
    schema: 1;
    file: string;
    path: string | null;
    deployments: {
      parents: string[];
      parts: { section: string; name: string; type: string | null; made: string | null; value: Value }[];
    }[];
  } | null;
  problems: string[];
}

export interface About {
  version: string;
  profiles: { name: string; description: string; rules: number }[];
}

export interface Explained extends RuleText {
  id: string;
  url: string;
  level: Level;
  profiles: string[];
  aliases: Record<string, string[]>;
}

/** Each function throws a `HipaalintError` if there is no result. */
export interface Hipaalint {
  about(): About;
  lint(request: LintRequest): Linted;
  fix(request: FixRequest): Fixed;
  report(request: ReportRequest): string;
  graph(request: Request): Drawn;
  evaluate(request: EvaluateRequest): Evaluated;
  explain(rule: string): Explained;
}

/** Why there is no result. */
export class HipaalintError extends Error {
  readonly kind: 'request' | 'failure';
}

/** Loads the module once: from its bytes, a compiled module, or (in browsers) an address. */
export function load(source?: BufferSource | WebAssembly.Module | URL | string): Promise<Hipaalint>;

/** Loads the module once, without waiting. In Node.js only. */
export function loadSync(source?: BufferSource | WebAssembly.Module): Hipaalint;
