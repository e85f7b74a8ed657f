// The rules that an app acknowledges: `Validations.of(construct).acknowledge({ id, reason })`.

import { Stack, Validations } from 'aws-cdk-lib';
import type { IConstruct, MetadataEntry } from 'constructs';

/** Metadata by the path of a construct, as in the metadata files of an assembly. */
export type Metadata = Record<string, MetadataEntry[]>;

/** What an app acknowledges. */
export class Acknowledged {
  /** What is above the stacks: the CDK writes it into no file of the assembly. */
  readonly aboveStacks: Metadata = {};
  private readonly paths = new Map<string, Set<string>>();

  constructor(root: IConstruct) {
    this.collect(root, false);
  }

  /** Whether the CDK takes a violation of a rule at a construct as acknowledged. */
  covers(id: string, construct: string): boolean {
    const paths = this.paths.get(id);
    if (paths === undefined) return false;
    for (let path = construct; path !== ''; path = path.slice(0, Math.max(path.lastIndexOf('/'), 0))) {
      if (paths.has(path)) return true;
    }
    return paths.has('');
  }

  private collect(construct: IConstruct, inStack: boolean): void {
    const { path, metadata, children } = construct.node;
    const isInStack = inStack || Stack.isStack(construct);
    const own = metadata.filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY);
    for (const { data } of own) {
      for (const id of Object.keys((data ?? {}) as object)) {
        const paths = this.paths.get(id) ?? new Set();
        this.paths.set(id, paths.add(path));
      }
    }
    if (own.length > 0 && !isInStack) this.aboveStacks[path] = own;
    for (const child of children) this.collect(child, isInStack);
  }
}
