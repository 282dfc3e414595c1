/** A setting of git(1) and its value. */
export type Setting = readonly [name: string, value: string];

/** Variables that give git settings, the strongest ones there are, without a file or a command line. */
export function settingVariables(settings: readonly Setting[]): Readonly<Record<string, string>> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(settings.length) };
  for (const [index, [name, value]] of settings.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = name;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}

/** Those that an environment already has. */
export function settingsOf(environment: Readonly<Record<string, string | undefined>>): readonly Setting[] {
  const count = Number(environment['GIT_CONFIG_COUNT'] ?? 0);
  return Array.from({ length: Number.isInteger(count) && count > 0 ? count : 0 }, (_, index) => [
    environment[`GIT_CONFIG_KEY_${index}`] ?? '',
    environment[`GIT_CONFIG_VALUE_${index}`] ?? '',
  ]);
}
