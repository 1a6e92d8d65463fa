// The step of action.yml: runs `ecr-hardening check` with the inputs of the action, which are those of the command. It
// shows the findings as annotations, and writes a SARIF report and a table for the job's summary.
// Plain JavaScript without packages: it runs on the runner's Node, and the command is a bundle beside it.
import { spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { summaryOf } from './summary.mjs';

const here = dirname(fileURLToPath(import.meta.url));
/** A clone builds the command itself; the package has it built. */
const commands = [
  join(here, '..', 'tools', 'ecr-hardening.mjs'),
  join(here, '..', 'dist', 'ecr-hardening.cjs'),
];
const command = commands.find((file) => existsSync(file)) ?? '';

const { env } = process;
/** @param {string} name */
const input = (name) => (env[`INPUT_${name}`] ?? '').trim();
/** @param {string} name */
const linesOf = (name) =>
  input(name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
/** @param {string} option @param {string} name */
const settingOf = (option, name) => (input(name) === '' ? [] : [`${option}=${input(name)}`]);
/** The inputs that are true or false, with their defaults. */
const flags = new Map([
  ['STRICT', false],
  ['IGNORE', true],
  ['ALLOW_NO_TEMPLATES', false],
  ['LIVE', false],
  ['SUMMARY', true],
]);
for (const name of flags.keys()) {
  const given = input(name).toLowerCase();
  // Another text, such as yes, would have no effect, and the check would pass without what was asked for.
  if (!['', 'true', 'false'].includes(given)) refuse(name);
  if (given !== '') flags.set(name, given === 'true');
}
/** @param {string} option @param {string} name @param {boolean} value */
const flagOf = (option, name, value) => (flags.get(name) === value ? [option] : []);

// One line: a second one would be an output of its own.
const [sarif = 'ecr-hardening.sarif'] = linesOf('SARIF_FILE');
const temporary = mkdtempSync(join(tmpdir(), 'ecr-hardening-action-'));
const json = join(temporary, 'findings.json');

const options = [
  '--format=github',
  '--default-path=.',
  `--report=sarif=${resolve(sarif)}`,
  `--report=json=${json}`,
  ...settingOf('--fail-on', 'FAIL_ON'),
  ...settingOf('--config', 'CONFIG'),
  ...settingOf('--config-env', 'CONFIG_ENV'),
  ...settingOf('--project-config', 'PROJECT_CONFIG'),
  ...linesOf('PARAMETERS').map((each) => `--parameter=${each}`),
  ...linesOf('TRANSFORM_PARAMETERS').map((each) => `--transform-parameter=${each}`),
  ...settingOf('--skip', 'SKIP'),
  ...settingOf('--only', 'ONLY'),
  ...settingOf('--baseline', 'BASELINE'),
  ...flagOf('--strict', 'STRICT', true),
  ...flagOf('--no-ignore', 'IGNORE', false),
  ...flagOf('--allow-no-templates', 'ALLOW_NO_TEMPLATES', true),
  ...flagOf('--live', 'LIVE', true),
  ...settingOf('--region', 'REGION'),
];
// Paths come after `--`, since a file name may begin with a dash.
const { status } = spawnSync(process.execPath, [command, 'check', ...options, '--', ...linesOf('PATHS')], {
  stdio: 'inherit',
});
report();
rmSync(temporary, { recursive: true });
process.exitCode = status ?? 2;

/** The outputs, and the summary; neither where there is no report, after an error in the inputs. */
function report() {
  if (!existsSync(json)) return;
  const { findings } = JSON.parse(readFileSync(json, 'utf8'));
  const counted = findings.filter((/** @type {{ level: string }} */ { level }) => level !== 'note').length;
  const workspace = env.GITHUB_WORKSPACE ?? process.cwd();
  write(env.GITHUB_OUTPUT, `sarif-file=${relative(workspace, resolve(sarif))}\nfindings=${counted}\n`);
  if (flags.get('SUMMARY')) write(env.GITHUB_STEP_SUMMARY, summaryOf(findings, status ?? 2));
}

/** @param {string} name @returns {never} */
function refuse(name) {
  console.error(`The input ${name.toLowerCase().replaceAll('_', '-')} must be true or false: correct it.`);
  process.exit(2);
}

/** @param {string | undefined} file @param {string} text */
function write(file, text) {
  if (file !== undefined && file !== '') appendFileSync(file, text);
}
