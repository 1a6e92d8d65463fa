/** Options that commander takes, and that would have no effect or another one than somebody means. */
import type { Command } from 'commander';

/** Without one, these options have the default of AWS's own tools. */
const mayBeEmpty = ['--region', '--profile'];

/** Ends the command at an option that it cannot use. */
export function refuseOptions(command: Command): void {
  refuseEmptyValues(command);
  // Without the file, the parameters are the default ones, whatever the environment is.
  if (command.getOptionValueSource('configEnv') === 'cli' && command.getOptionValue('config') === undefined)
    command.error("error: option '--config-env <name>' needs option '--config <file>'");
}

/** An empty value is what a script passes of a variable that is not set. */
function refuseEmptyValues(command: Command): void {
  const empty = command.options.find(
    (option) =>
      option.required &&
      !mayBeEmpty.includes(option.long ?? '') &&
      command.getOptionValue(option.attributeName()) === '',
  );
  if (empty !== undefined)
    command.error(`error: option '${empty.flags}' argument '' is invalid. It must not be empty.`);
}
