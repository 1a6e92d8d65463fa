import { isRefusal } from '../../core/finding.ts';
import { isOneOf } from '../../core/json.ts';
import { applicationPolicy, namesAt, type Policy } from '../../core/policy/policy.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import { isInScope, parseScope } from '../../core/sweep/scope.ts';
import type { ReportedAudit } from '../../wording/audit/describe.ts';
import { reasonOf } from '../../wording/findings.ts';
import { sentence } from '../../wording/lists.ts';
import { unknownName } from '../../wording/unknown-name.ts';
import { collectAudits } from '../collect-audits.ts';
import type { Colours } from '../colours.ts';
import type { Screen } from '../output.ts';
import { showCount } from '../progress.mjs';
import { type ReadingContext, readRegistries } from '../read-registries.ts';
import { auditChunks } from '../reports/audit-formats.ts';
import { openTagsFile, type TagsFile } from '../tags-file.ts';
import { targetsOf } from '../targets.ts';
import { whyUnwritten } from '../unwritten.ts';
import { writeChunks } from '../write-file.ts';
import type { AuditOptions } from './audit-options.ts';

/** What the command needs besides its options. */
export interface AuditContext {
  readonly version: string;
  readonly colours: Colours;
  /** Ends the audit early; the report then covers what was read. */
  readonly stop: AbortSignal;
  /** Where progress is drawn. */
  readonly terminal: Screen;
  /** `readApplicationParameters`: passed in, since its parsers are in the bundle of the other commands. */
  readonly readParameters: (file: string, environment: string) => Promise<Readonly<Record<string, string>>>;
}

/** The result of the command. */
export interface AuditResult {
  /** The report, in pieces; none where it is in a file. */
  readonly report: Iterable<string>;
  /**
   * 0: no finding at the level of --fail-on; 1: findings; 2: a file could not be written, or one of several registries not be
   * read; 130: ended early.
   */
  readonly code: 0 | 1 | 2 | 130;
  /** Sentences for standard error. */
  readonly notes: readonly string[];
  /** To be called once the report was read: what it is read from is removed. */
  close(): void;
}

/** `ecr-hardening audit`. @throws Problem when a single registry cannot be read */
export async function auditCommand(options: AuditOptions, context: AuditContext): Promise<AuditResult> {
  const { version, colours, stop } = context;
  const now = Date.now();
  const tags = options.tagsFile === undefined ? undefined : openTagsFile(options.tagsFile, now);
  const audited = await readAndAudit(options, context, tags, now);
  const { audit, isFailing } = audited;
  const report = () => auditChunks(options.format, audit, { version, colours, top: options.top });
  const { repositories, total } = audit;
  const isEnded = stop.aborted;
  const notes = isEnded ? [`Ended early: ${repositories.length} of ${total} repositories were read.`] : [];
  const found = isEnded ? 130 : codeOf(audit, isFailing);
  const { output } = options;
  // A file that cannot be written does not cost the audit: its report is printed, and the exit code says so.
  const chunks = await report();
  const unwritten = output === undefined ? [] : attempt(() => write(output, chunks));
  const unsaved = attempt(() => tags?.save());
  const isWritten = output !== undefined && unwritten.length === 0;
  const about = isWritten ? [...audit.summary.sentences, `The report is in ${output}.`] : [];
  return {
    report: isWritten ? [] : await report(),
    code: unwritten.length > 0 || (found === 0 && unsaved.length > 0) ? 2 : found,
    notes: [...notes, ...about, ...unwritten, ...unsaved],
    close: audited.close,
  };
}

/** Of an audit that was not ended early. */
function codeOf({ registries = [] }: ReportedAudit, isFailing: boolean): 0 | 1 | 2 {
  if (registries.some(({ failure }) => failure !== undefined)) return 2;
  return isFailing ? 1 : 0;
}

/** Each repository is audited and put into words as soon as it was read, and then not kept in memory. */
async function readAndAudit(
  options: AuditOptions,
  context: AuditContext,
  tags: TagsFile | undefined,
  now: number,
): Promise<{ readonly audit: ReportedAudit; readonly isFailing: boolean; readonly close: () => void }> {
  const { stop, terminal } = context;
  const policy = await policyOf(options, context);
  const judged = {
    policy,
    quota: options.imageQuota,
    lookBackDays: options.lookBack,
    keepDays: options.keepDays,
    now,
  };
  const targets = targetsOf(options);
  const isSeveral = targets.length > 1;
  const scope = options.repositories;
  const progress = showCount(terminal, 'repositories');
  const audits = collectAudits(options.failOn, { isSeveral });
  const reading = { ...readingOf(options, now), stop };
  try {
    const outcomes = await readRegistries(targets, {
      ...{ reading, judged, audits, tags, onProgress: progress.update },
    });
    const [only] = outcomes;
    const audit =
      isSeveral || only?.reading === undefined
        ? audits.several(outcomes, { at: now, scope })
        : audits.audit(only.reading, { total: only.total, at: now, scope });
    return { audit, isFailing: audits.isFailing(), close: audits.close };
  } catch (error) {
    audits.close();
    throw error;
  } finally {
    progress.end();
  }
}

function readingOf(options: AuditOptions, now: number): Omit<ReadingContext['reading'], 'stop'> {
  const { registryId, pushEvents, sourceRegion, usage, repositories } = options;
  const scope = repositories === undefined ? undefined : parseScope(repositories);
  return {
    ...{ registryId, maxPushes: pushEvents, sourceRegions: sourceRegion, now },
    usageSources: usage === false ? [] : usage,
    ...(scope === undefined ? {} : { isIncluded: (name) => isInScope(scope, name) }),
  };
}

/** @returns the problem that the work had, if it had one */
function attempt(work: () => void): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (isProblem(error)) return [error.message];
    throw error;
  }
}

async function policyOf(
  { config, configEnv, parameter }: AuditOptions,
  { readParameters }: AuditContext,
): Promise<Policy> {
  const file = config === undefined ? {} : await readParameters(config, configEnv);
  const { policy, findings } = applicationPolicy({ ...file, ...parameter });
  const refusals = findings.filter(isRefusal).map(reasonOf);
  const known = namesAt('application');
  for (const name of Object.keys(parameter).filter((each) => !isOneOf(known, each)))
    refusals.push(unknownName('parameter', name, known));
  if (refusals.length > 0)
    throw new Problem(`The application's parameters cannot be used: ${sentence(refusals)}`);
  return policy;
}

function write(file: string, chunks: Iterable<string>): void {
  try {
    writeChunks(file, chunks);
  } catch (error) {
    const reason = whyUnwritten(error);
    throw new Problem(`${file} could not be written (${reason}): specify another file with --output.`);
  }
}
