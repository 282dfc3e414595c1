import { type Command, Option } from 'commander';

/**
 * Lets every option of a command be written with underscores in place of hyphens, too: `--fastpull_scope` is
 * `--fastpull-scope`. The second spelling stays out of the help.
 */
export function allowUnderscores(command: Command): void {
  for (const option of [...command.options]) {
    const { long } = option;
    if (long === undefined || !long.slice(2).includes('-') || option.negate) continue;
    const value = option.required ? ' <value>' : option.optional ? ' [value]' : '';
    const other = new Option(`--${long.slice(2).replaceAll('-', '_')}${value}`).hideHelp();
    command.addOption(other);
    const attribute = option.attributeName();
    const take = (given: unknown): void => {
      const read = option.parseArg && typeof given === 'string' ? option.parseArg(given, undefined) : given;
      command.setOptionValueWithSource(attribute, read, 'cli');
    };
    command.on(`option:${other.name()}`, (given: unknown) => take(given ?? true));
  }
}
