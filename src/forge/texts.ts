const mark = '\n\n(cut)';

/** At most `length` characters, as services refuse longer texts as a whole. A cut title ends in dots. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = length > 1_000 ? mark : '...';
  return text.slice(0, length - end.length).replace(/[\uD800-\uDBFF]$/, '') + end;
}

/**
 * GitLab obeys lines such as `/merge` and `/approve` in a description, with the rights of the token. What upstreams
 * write gets into descriptions, so such lines are shown instead.
 */
export function withoutQuickActions(markdown: string): string {
  return markdown.replaceAll(/^([ \t>*-]*)(\/[a-z_]+)(?=[ \t\r]|$)/gim, '$1\\$2');
}
