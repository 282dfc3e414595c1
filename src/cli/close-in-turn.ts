/** Closes all of them, one after the other, whatever becomes of each; then throws the first error there was. */
export async function closeInTurn(all: readonly { readonly close: () => unknown }[]): Promise<void> {
  const errors: unknown[] = [];
  for (const one of all) {
    try {
      await one.close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
