/** Trusted AUR accounts, `.ci/aur-maintainers` (specification 7.13): one name a line, `#` begins a comment. */
export function readMaintainers(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const line of text.split('\n')) {
    const name = (line.split('#')[0] as string).trim().toLowerCase();
    if (name !== '') names.add(name);
  }
  return names;
}

/** Which accounts are not on the list; names are compared letter by letter, capitals or not. No accounts are no trust. */
export function untrustedAccounts(
  accounts: readonly string[],
  trusted: ReadonlySet<string>,
): readonly string[] {
  return accounts.filter((account) => !trusted.has(account.trim().toLowerCase()));
}
