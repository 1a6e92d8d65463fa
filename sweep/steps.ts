/** Inputs and outputs of the state machine's steps; each is small, whatever the size of the registry. */
import type { SweepItem } from './items.ts';
import type { StateCounts } from './results.ts';
import type { SweepAction } from './sweep-info.ts';

/** Of the list. The state machine adds the name and the start of its execution to the execution's input. */
export interface ListInput {
  readonly action: SweepAction;
  /** The name of an earlier sweep's execution: only what it did not finish, with its own action. */
  readonly again?: string;
  readonly sweep: string;
  /** ISO 8601. */
  readonly startedAt: string;
}

/** Of the list, and the input of the evidence and the summary. */
export interface SweepStep {
  readonly sweep: string;
  readonly action: SweepAction;
  readonly repositories: number;
}

/** Of the evidence. `itemsKey` is what the map's ItemReader reads. */
export interface EvidenceOutput extends SweepStep {
  readonly itemsKey: string;
}

/** Of a batch, as ItemBatcher makes it. */
export interface BatchInput {
  readonly BatchInput: { readonly sweep: string; readonly action: SweepAction };
  readonly Items: readonly SweepItem[];
}

/** Of a batch. */
export interface BatchOutput {
  readonly states: StateCounts;
}

/** Of the summary: what the step before it has returned. */
export interface SummaryInput extends SweepStep {
  /** The step that has failed, with the name of its error. */
  readonly failure?: { readonly state: string; readonly error: string };
}

/** Of the summary. */
export interface SummaryOutput {
  readonly sweep: string;
  readonly states: StateCounts;
  /** How many repositories have failed: then the execution ends as failed. */
  readonly failed: number;
  /** How many images in use will be removed by present lifecycle policies. */
  readonly atRisk: number;
  /** How many changes since the last sweep. */
  readonly changes: number;
  /** The key of the page. */
  readonly report: string;
}
