/** The text as one word of Bash, whatever it contains (a NUL byte cannot be said and is left out). */
export function shellQuote(text: string): string {
  return `'${text.replaceAll('\0', '').replaceAll("'", `'\\''`)}'`;
}
