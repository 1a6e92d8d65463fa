import { SetupProblem } from './problem.mjs';

const leastNode = 20;
const leastPython = [3, 10];

/** Throws unless this Node is new enough. */
export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) < leastNode)
    throw new SetupProblem(
      `Node ${leastNode} or later is needed, and this is ${version}: install a newer one from https://nodejs.org.`,
    );
}

/** The names that a Python is looked for under; the user's own choice is the only one when there is one. */
export function pythonNames(environment = process.env) {
  return environment.PYTHON
    ? [environment.PYTHON]
    : ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
}

/**
 * Which Python to use.
 *
 * @param probes what each candidate answered, in order: its name, `version` as [major, minor] and whether it can
 *   make environments; candidates that are not there are left out
 */
export function choosePython(probes) {
  const able = probes.find(isUsable);
  if (able !== undefined) return able;
  const recent = probes.filter(isRecent);
  if (recent.length > 0) {
    const name = `python${recent[0].version.join('.')}`;
    throw new SetupProblem(
      `${recent[0].name} cannot make environments, since its venv module is missing: on Debian or Ubuntu run "sudo apt-get install python3-venv" (or ${name}-venv), then try again.`,
    );
  }
  const found = probes.map(({ name, version }) => `${name} is ${version.join('.')}`).join(', ');
  throw new SetupProblem(
    `Python ${leastPython.join('.')} or later is needed, and ${found || 'there is none'}: install one, or name it in the variable PYTHON.`,
  );
}

/** Whether a probed Python will do. */
export function isUsable(probe) {
  return isRecent(probe) && probe.hasVenv;
}

function isRecent({ version: [major, minor] }) {
  return major > leastPython[0] || (major === leastPython[0] && minor >= leastPython[1]);
}
