interface Line {
  readonly kind: 'head' | 'hunk' | 'add' | 'gone' | 'same';
  readonly text: string;
}

const kindOf = (line: string): Line['kind'] => {
  if (line.startsWith('--- ') || line.startsWith('+++ ')) return 'head';
  if (line.startsWith('@@')) return 'hunk';
  return line.startsWith('+') ? 'add' : line.startsWith('-') ? 'gone' : 'same';
};

const words: Readonly<Record<Line['kind'], string>> = {
  head: '',
  hunk: '',
  add: 'added: ',
  gone: 'removed: ',
  same: '',
};

/** A unified diff, line by line: signs and colours for those who see them, words for others. */
export function Diff({ text, label }: { readonly text: string; readonly label: string }) {
  const lines = text
    .replace(/\n$/, '')
    .split('\n')
    .map((line): Line => ({ kind: kindOf(line), text: line }))
    .filter(({ kind }) => kind !== 'head');
  return (
    <pre class="diff" aria-label={label} role="group" tabIndex={0}>
      {lines.map(({ kind, text: line }, index) => (
        // lines have no other name, and a diff never changes while it is shown
        <span key={index} data-kind={kind}>
          {words[kind] && <span class="unseen">{words[kind]}</span>}
          {line}
          {'\n'}
        </span>
      ))}
    </pre>
  );
}
