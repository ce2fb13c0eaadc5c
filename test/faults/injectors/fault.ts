import type { Kind } from '../known-set.ts';
import type { NodeUnderTest } from '../node.ts';

/** One way to fail. */
export interface Fault {
  readonly name: string;
  /** Whether the process that failed is another one afterwards; unsaid where it may be either. */
  readonly leaves?: 'another' | 'the same';
  /** Only where the fault comes with the tasks: what is pushed instead of the usual set. */
  readonly kinds?: readonly Kind[];
  inject(node: NodeUnderTest, names: readonly string[]): Promise<void>;
  /** Ends what does not end by itself; called when the node has had its time with it. */
  lift?(node: NodeUnderTest, names: readonly string[]): Promise<void>;
}
