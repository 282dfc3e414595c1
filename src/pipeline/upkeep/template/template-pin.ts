/** What vouches for the template: one commit, or a key that signs its commits. */
export type TemplatePin =
  | { readonly kind: 'commit'; readonly commit: string }
  | { readonly kind: 'gpg'; readonly fingerprint: string }
  | { readonly kind: 'ssh'; readonly fingerprint: string };

/**
 * Reads TEMPLATE_PIN: a whole commit id, `gpg:` and the whole fingerprint of an OpenPGP key, or `ssh:` and the
 * fingerprint as ssh-keygen(1) shows it (`SHA256:...`). Undefined for anything else.
 */
export function parseTemplatePin(text: string): TemplatePin | undefined {
  const commit = /^(?:commit:)?([0-9a-f]{40}(?:[0-9a-f]{24})?)$/.exec(text)?.[1];
  if (commit !== undefined) return { kind: 'commit', commit };
  const gpg = /^gpg:(?:0x)?((?:[0-9A-Fa-f] ?){40}(?:(?:[0-9A-Fa-f] ?){24})?)$/.exec(text)?.[1];
  if (gpg !== undefined) return { kind: 'gpg', fingerprint: gpg.replaceAll(' ', '').toUpperCase() };
  const ssh = /^(?:ssh:)?(SHA256:[A-Za-z0-9+/]{43})=?$/.exec(text)?.[1];
  return ssh === undefined ? undefined : { kind: 'ssh', fingerprint: ssh };
}

const blob = /(?:^|\s)((?:ssh|ecdsa|sk-ssh|sk-ecdsa)-[A-Za-z0-9@.-]+)\s+(AAAA[A-Za-z0-9+/]+={0,2})(?=\s|$)/;

/** Public ssh keys of a text: lines as in authorized_keys or in allowed_signers; comments are none. */
export function sshKeysOf(text: string): readonly { readonly type: string; readonly base64: string }[] {
  return text.split('\n').flatMap((line) => {
    const found = line.trim().startsWith('#') ? null : blob.exec(line);
    return found?.[1] && found[2] ? [{ type: found[1], base64: found[2] }] : [];
  });
}
