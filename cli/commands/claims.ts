import { type ClaimItem, type ClaimsTable, connectClaims } from '../../aws/claims/claims-table.ts';
import { connectStacks, type Stacks } from '../../aws/cloudformation/stacks.ts';
import { deadlineIn } from '../../aws/deadline.ts';
import { loggableError } from '../../aws/faults.ts';
import { isDrifted } from '../../core/claims/drift.ts';
import { Problem } from '../../core/problem.ts';
import { visible, visibleIn, visibleJson } from '../../core/visible.ts';
import { problemOf } from '../claims/failures.ts';
import { listingOf, stacksToCheck } from '../claims/listing.ts';
import { type ClaimModel, repositoryIn, type StoredRecord } from '../claims/model.ts';
import { claimRecords } from '../claims/records.ts';
import { releaseClaims } from '../claims/release.ts';
import { resumeRepository } from '../claims/resume.ts';
import { stackStates } from '../claims/stack-states.ts';
import type { Colours } from '../colours.ts';
import { clientOf, withConnection } from '../connection.ts';
import { firstResponseMs } from '../connection-problem.ts';
import { claimsText, releasedText, resumedText } from '../reports/claims-text.ts';
import type { ClaimsOptions } from './claims-options.ts';

/** What the command needs beside its options. */
export interface ClaimsContext {
  /** What the items mean; by default what the functions write. */
  readonly model?: ClaimModel;
  readonly colours: Colours;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** What is asked about stacks; by default CloudFormation. */
  readonly stacks?: Stacks;
}

/** What the command comes to. */
export interface ClaimsOutcome {
  readonly text: string;
  /** 0: done; 1: not every claim could be released, or the stacks of claims could not be checked. */
  readonly code: 0 | 1;
}

const patienceMs = 2 * 60_000;

/** `ecr-hardening claims`. @throws Problem when the table cannot be found or used */
export async function claimsCommand(options: ClaimsOptions, context: ClaimsContext): Promise<ClaimsOutcome> {
  return withConnection(options, () => connectAndRun(options, context));
}

async function connectAndRun(options: ClaimsOptions, context: ClaimsContext): Promise<ClaimsOutcome> {
  const client = clientOf(options);
  const silence = startSilence();
  const deadline = deadlineIn(patienceMs, silence.signal);
  const connected = connectStacks(client, deadline, silence.end);
  const stacks = context.stacks ?? connected;
  try {
    silence.begin();
    const tableName = options.table ?? (await tableOf(options, stacks));
    // Each service may be the one that does not respond.
    silence.begin();
    const connection = connectClaims({ tableName, client });
    const table = connection.until(deadline);
    const run = runOf(options);
    return await run({ table, tableName, options, stacks, context, silence })
      .catch((error: unknown) => {
        throw problemOf(error, tableName, options.endpointUrl);
      })
      .finally(connection.close);
  } finally {
    connected.close();
    silence.end();
    deadline.dispose();
  }
}

/** The wait for the first response of a service. */
interface Silence {
  /** Aborted where none came in time. */
  readonly signal: AbortSignal;
  begin(): void;
  /** To be called once the service has responded. */
  end(): void;
}

function startSilence(): Silence {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = () => clearTimeout(timer);
  return {
    signal: controller.signal,
    begin() {
      end();
      timer = setTimeout(() => controller.abort(), firstResponseMs);
    },
    end,
  };
}

function runOf({ release: holder, resume: name }: ClaimsOptions): (run: Run) => Promise<ClaimsOutcome> {
  if (holder !== undefined && name !== undefined)
    throw new Problem('Specify --release or --resume, not both.');
  if (name !== undefined) return resume;
  return holder === undefined ? list : release;
}

interface Run {
  readonly table: ClaimsTable;
  readonly tableName: string;
  readonly options: ClaimsOptions;
  readonly stacks: Stacks;
  readonly context: ClaimsContext;
  readonly silence: Silence;
}

async function list(run: Run): Promise<ClaimsOutcome> {
  const { tableName, options, stacks, context, silence } = run;
  const { colours, now } = context;
  const records = await readRecords(run);
  silence.begin();
  const checked = await stackStates(stacks, stacksToCheck(records), options.endpointUrl);
  const isInstalled = options.table === undefined;
  const listing = listingOf(tableName, records, { ...checked, now, isInstalled });
  const text = options.json ? `${visibleJson(listing, 2)}\n` : claimsText(visibleIn(listing), colours);
  return { text, code: checked.notChecked === undefined ? 0 : 1 };
}

async function release(run: Run): Promise<ClaimsOutcome> {
  const { table, options, context } = run;
  const { model = claimRecords, now } = context;
  const { release: holder = '', repository } = options;
  // Another record that cannot be read does not matter here.
  const held = await readRecords(run, ({ holders }) => holders.includes(holder));
  if (held.length === 0)
    throw new Problem(
      `${holder} holds no claim${repository === undefined ? '' : ` on ${repository}`}: ecr-hardening claims lists the holders.`,
    );
  const outcome = await releaseClaims(table, held, { model, holder, now });
  const isComplete = outcome.busy.length + outcome.contended.length === 0;
  const text = options.json
    ? `${visibleJson({ holder, ...outcome }, 2)}\n`
    : releasedText(visible(holder), visibleIn(outcome));
  return { text, code: isComplete ? 0 : 1 };
}

async function resume(run: Run): Promise<ClaimsOutcome> {
  const { table, options, context } = run;
  const { model = claimRecords, now } = context;
  const { resume: name = '' } = options;
  const stored = await readRecords({ ...run, options: { ...options, repository: name } });
  if (!stored.some(({ record }) => isDrifted(record)))
    throw new Problem(`Nothing of the keeper's hardening of ${name} was undone: there is nothing to resume.`);
  const outcome = await resumeRepository(table, stored, { model, now });
  const isComplete = outcome.busy.length + outcome.contended.length === 0;
  const text = options.json ? `${visibleJson(outcome, 2)}\n` : resumedText(visibleIn(outcome));
  return { text, code: isComplete ? 0 : 1 };
}

/** The records of all repositories that are meant, or of the one of that name. */
async function readRecords(
  { table, options, context, silence }: Run,
  isMeant: (item: ClaimItem) => boolean = () => true,
): Promise<readonly StoredRecord[]> {
  const { repository } = options;
  const { model = claimRecords } = context;
  const records: StoredRecord[] = [];
  for await (const item of table.all()) {
    silence.end();
    const name = repositoryIn(item.key);
    // What is not about a repository is a request that asks another one to stop.
    if (name === undefined || (repository !== undefined && name !== repository) || !isMeant(item)) continue;
    const record = model.decode(item);
    if (record === undefined)
      throw new Problem(
        `The claims table has an item that this version cannot read, for ${name}: update ecr-hardening. If it is up to date, the item is damaged, and the next update of a stack that claims the repository replaces it.`,
      );
    records.push({ item, record });
  }
  silence.end();
  return records;
}

/** The table that the application's stack says it uses. */
async function tableOf({ stackName, endpointUrl }: ClaimsOptions, stacks: Stacks): Promise<string> {
  const table = await stacks.output(stackName, 'ClaimsTableName').catch((error: unknown) => {
    const { name } = loggableError(error);
    throw /^AccessDenied/.test(name)
      ? new Problem(
          `These credentials cannot read the stack ${stackName}: allow cloudformation:DescribeStacks, or specify --table.`,
          { cause: error },
        )
      : problemOf(error, `of the stack ${stackName}`, endpointUrl);
  });
  if (table === undefined)
    throw new Problem(
      `The stack ${stackName} does not exist in this account and Region, or has no claims table: specify --stack-name, --region or --table.`,
    );
  return table;
}
