import { SetupProblem } from './problem.mjs';

const minNode = 20;
const minPython = [3, 10];

/** @throws SetupProblem if this version of Node is too old */
export function checkNode(version = process.versions.node) {
  if (Number(version.split('.')[0]) < minNode)
    throw new SetupProblem(
      `Node ${minNode} or later is required, and this is ${version}: install a newer version from https://nodejs.org.`,
    );
}

/** The commands to try for Python; only the user's choice, if there is one. */
export function pythonNames(environment = process.env) {
  return environment.PYTHON
    ? [environment.PYTHON]
    : ['python3', 'python3.14', 'python3.13', 'python3.12', 'python3.11', 'python3.10', 'python'];
}

/**
 * The Python to use.
 *
 * @param probes the candidates that exist, in order: name, `version` as [major, minor], and whether it can create virtual
 *   environments
 * @param chosen the user's choice, if there is one
 */
export function choosePython(probes, chosen = process.env.PYTHON) {
  const able = probes.find(isUsable);
  if (able !== undefined) return able;
  const recent = probes.filter(isRecent);
  if (recent.length > 0) {
    const name = `python${recent[0].version.join('.')}`;
    throw new SetupProblem(
      `${recent[0].name} cannot create virtual environments, because its venv module is missing: on Debian or Ubuntu run "sudo apt-get install python3-venv" (or ${name}-venv), then retry.`,
    );
  }
  if (chosen && probes.length === 0)
    throw new SetupProblem(
      `The variable PYTHON is ${chosen}, which is no Python that runs: set it to the path of Python ${minPython.join('.')} or later, or unset it.`,
    );
  const found = probes.map(({ name, version }) => `${name} is ${version.join('.')}`).join(', ');
  throw new SetupProblem(
    `Python ${minPython.join('.')} or later is required, and ${found || 'none was found'}: install it, or set the variable PYTHON to its path.`,
  );
}

/** Whether a candidate meets the requirements. */
export function isUsable(probe) {
  return isRecent(probe) && probe.hasVenv;
}

function isRecent({ version: [major, minor] }) {
  return major > minPython[0] || (major === minPython[0] && minor >= minPython[1]);
}
