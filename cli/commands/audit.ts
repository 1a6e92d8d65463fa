import { auditRepository } from '../../audit/audit-repository.ts';
import { readRegistry } from '../../audit/read/registry.ts';
import { isRefusal } from '../../core/finding.ts';
import { isOneOf } from '../../core/json.ts';
import { isUnknown } from '../../core/known.ts';
import { applicationPolicy, namesAt, type Policy } from '../../core/policy/policy.ts';
import { isProblem, Problem } from '../../core/problem.ts';
import type { ReportedAudit } from '../../wording/audit/describe.ts';
import { registryProblem } from '../../wording/audit/unreadable.ts';
import { reasonOf } from '../../wording/findings.ts';
import { sentence } from '../../wording/lists.ts';
import { unknownName } from '../../wording/unknown-name.ts';
import { collectAudits } from '../collect-audits.ts';
import type { Colours } from '../colours.ts';
import { withConnection } from '../connection.ts';
import type { Screen } from '../output.ts';
import { showCount } from '../progress.mjs';
import { auditChunks } from '../reports/audit-formats.ts';
import { openTagsFile, type TagsFile } from '../tags-file.ts';
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
  /** 0: no finding at the level of --fail-on; 1: findings; 2: a file could not be written; 130: ended early. */
  readonly code: 0 | 1 | 2 | 130;
  /** Sentences for standard error. */
  readonly notes: readonly string[];
  /** To be called once the report was read: what it is read from is removed. */
  close(): void;
}

/** `ecr-hardening audit`. @throws Problem when the registry cannot be read */
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
  const found = isEnded ? 130 : isFailing ? 1 : 0;
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
  const progress = showCount(terminal, 'repositories');
  const audits = collectAudits(options.failOn);
  try {
    const { registry, total } = await withConnection(options, () =>
      readRegistry({
        region: options.region,
        profile: options.profile,
        endpointUrl: options.endpointUrl,
        registryId: options.registryId,
        maxPushes: options.pushEvents,
        sourceRegions: options.sourceRegion,
        usageSources: options.usage === false ? [] : options.usage,
        now,
        stop,
        previousTags: (arn) => tags?.previous(arn),
        onRepository(reading, registry) {
          audits.add(auditRepository(reading, judged), registry);
          if (!isUnknown(reading.images)) tags?.record(reading.arn, reading.images);
        },
        onProgress: progress.update,
      }).catch((error: unknown) => {
        throw registryProblem(error);
      }),
    );
    return {
      audit: audits.audit(registry, { total, at: now }),
      isFailing: audits.isFailing(),
      close: audits.close,
    };
  } catch (error) {
    audits.close();
    throw error;
  } finally {
    progress.end();
  }
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
    const reason = error instanceof Error ? error.message : String(error);
    throw new Problem(`${file} could not be written (${reason}): specify another file with --output.`);
  }
}
