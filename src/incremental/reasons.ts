/** Why a target is made. */
export type Reason =
  | { readonly kind: 'new' }
  | { readonly kind: 'forced' }
  | { readonly kind: 'mark' }
  | { readonly kind: 'missing'; readonly path: string }
  | { readonly kind: 'altered'; readonly path: string }
  | { readonly kind: 'added' | 'removed' | 'changed' | 'appeared' | 'vanished'; readonly path: string }
  | { readonly kind: 'newer'; readonly path: string }
  | { readonly kind: 'upstream'; readonly path: string; readonly target: string };

const words: Readonly<Record<Reason['kind'], string>> = {
  new: 'it was never made here',
  forced: 'it was asked for',
  mark: 'its code or its options have changed',
  missing: 'there is no',
  altered: 'what was made has been changed by others:',
  added: 'a new input:',
  removed: 'no input any more:',
  changed: 'has changed:',
  appeared: 'is there now:',
  vanished: 'is not there any more:',
  newer: 'is newer:',
  upstream: 'will be made first:',
};

/** A reason as half a sentence. */
export function reasonWords(reason: Reason): string {
  return 'path' in reason ? `${words[reason.kind]} '${reason.path}'` : words[reason.kind];
}
