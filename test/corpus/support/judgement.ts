import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expand } from '../../../cloudformation/expand.ts';
import { isList, isObject, type Json, type JsonObject, member } from '../../../core/json.ts';
import { Problem } from '../../../core/problem.ts';
import { type AuthorSettings, authorSettingsOf } from '../../../local/demo/author-settings.ts';
import { readTemplate } from '../../../local/demo/template-file.ts';
import { section } from '../../../local/demo/tree.ts';
import { projectRoot, pythonEnvironment } from '../../../local/paths.ts';
import { describeFinding } from '../../../wording/findings.ts';
import { expansionRefusal } from '../../../wording/refusal.ts';
import { plausibleValues } from './plausible-values.ts';

/** Where the corpus of public templates stands, when it does. */
export const corpusFolder = process.env.ECR_HARDENING_CORPUS ?? join(projectRoot, '..', 'shared', 'corpus');

/** Checkov's checks on what this product writes. */
export const checks = { tags: 'CKV_AWS_51', scanOnPush: 'CKV_AWS_163' } as const;

/** One repository of the corpus: how it was and how the macro left it. */
export interface Judgement {
  readonly file: string;
  readonly logicalId: string;
  /** What the author wrote himself, and what therefore stands. */
  readonly authors: AuthorSettings;
  /** The controls whose value nobody can know before the deployment. */
  readonly undetermined: readonly string[];
  readonly before: Verdict;
  readonly after: Verdict;
}

/** Whether Checkov passes a repository, and whether it has a lifecycle policy. */
export interface Verdict {
  readonly tags: boolean;
  readonly scanOnPush: boolean;
  readonly lifecycle: boolean;
}

/** Every repository of every readable template, and the reason for each template that was not hardened. */
export function judgeCorpus(folder = corpusFolder): {
  readonly judgements: readonly Judgement[];
  readonly refused: ReadonlyMap<string, string>;
} {
  const refused = new Map<string, string>();
  const templates = readdirSync(folder)
    .filter((name) => /\.(ya?ml|json|template)$/.test(name))
    .flatMap((file) => {
      const hardened = hardenFile(join(folder, file), file);
      if (!('refusal' in hardened)) return [{ file, ...hardened }];
      refused.set(file, hardened.refusal);
      return [];
    });
  const before = runCheckov(templates.map(({ file, before: document }) => ({ file, document })));
  const after = runCheckov(templates.map(({ file, after: document }) => ({ file, document })));
  const judgements = templates.flatMap((template) =>
    repositoriesOf(template.before).map((logicalId): Judgement => {
      const verdict = (passed: ReadonlySet<string>, document: JsonObject): Verdict => ({
        tags: passed.has(`${template.file} ${logicalId} ${checks.tags}`),
        scanOnPush: passed.has(`${template.file} ${logicalId} ${checks.scanOnPush}`),
        lifecycle: member(propertiesOf(document, logicalId), 'LifecyclePolicy') !== undefined,
      });
      return {
        file: template.file,
        logicalId,
        authors: authorSettingsOf(template.before, logicalId),
        undetermined: template.undetermined
          .filter(({ id }) => id === logicalId)
          .map(({ control }) => control),
        before: verdict(before, template.before),
        after: verdict(after, template.after),
      };
    }),
  );
  return { judgements, refused };
}

function hardenFile(path: string, file: string) {
  try {
    const { document } = readTemplate(path, file);
    const expansion = expand(
      {
        fragment: document,
        params: {},
        templateParameterValues: { ...defaultsOf(document), ...plausibleValues(document) },
      },
      { environment: {}, today: new Date().toISOString().slice(0, 10), describe: describeFinding },
    );
    if (!('fragment' in expansion)) return { refusal: expansionRefusal(expansion) ?? '' };
    const undetermined = expansion.findings
      .filter(({ outcome }) => outcome === 'undetermined')
      .map(({ control, logicalId }) => ({ control: String(control), id: logicalId ?? '' }));
    return { before: document, after: expansion.fragment, undetermined };
  } catch (error) {
    if (error instanceof Problem) return { refusal: error.message };
    throw error;
  }
}

function defaultsOf(document: JsonObject): Record<string, Json> {
  const declared = section(document, 'Parameters');
  return Object.fromEntries(
    Object.keys(declared).flatMap((name) => {
      const value = member(section(declared, name), 'Default');
      return value === undefined ? [] : [[name, String(value)]];
    }),
  );
}

function repositoriesOf(document: JsonObject): readonly string[] {
  const resources = section(document, 'Resources');
  return Object.keys(resources).filter(
    (id) => member(section(resources, id), 'Type') === 'AWS::ECR::Repository',
  );
}

function propertiesOf(document: JsonObject, logicalId: string): JsonObject {
  return section(section(section(document, 'Resources'), logicalId), 'Properties');
}

/** What passes Checkov, as `file logicalId check`; all templates in one run, since starting it takes seconds. */
function runCheckov(
  templates: readonly { readonly file: string; readonly document: JsonObject }[],
): ReadonlySet<string> {
  const folder = mkdtempSync(join(tmpdir(), 'checkov-'));
  try {
    // A folder each: Checkov names what it read by its path.
    templates.forEach(({ document }, index) => {
      mkdirSync(join(folder, String(index)));
      writeFileSync(join(folder, String(index), 'template.json'), JSON.stringify(document, null, 1));
    });
    const output = execFileSync(
      join(pythonEnvironment('checkov'), 'bin', 'python3'),
      [
        '-m',
        'checkov.main',
        '-d',
        folder,
        '--framework',
        'cloudformation',
        '--check',
        Object.values(checks).join(','),
        '--output',
        'json',
        '--quiet',
        '--compact',
        '--soft-fail',
        '--skip-download',
      ],
      { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
    );
    const failed = new Set(failedChecks(JSON.parse(output), templates));
    const all = templates.flatMap(({ file, document }) =>
      repositoriesOf(document).flatMap((id) =>
        Object.values(checks).map((check) => `${file} ${id} ${check}`),
      ),
    );
    return new Set(all.filter((name) => !failed.has(name)));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function failedChecks(report: unknown, templates: readonly { readonly file: string }[]): string[] {
  const results = isObject(report) ? member(report, 'results') : undefined;
  const failed = isObject(results) ? member(results, 'failed_checks') : undefined;
  if (!isList(failed)) throw new Error('Checkov answered no list of failed checks');
  return failed.filter(isObject).map((check) => {
    const index = /\/(\d+)\/template\.json$/.exec(String(member(check, 'file_path')))?.[1] ?? '';
    const id = String(member(check, 'resource')).replace(/^AWS::ECR::Repository\./, '');
    return `${templates[Number(index)]?.file} ${id} ${String(member(check, 'check_id'))}`;
  });
}
