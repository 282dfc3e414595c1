import { useEffect, useRef, useState } from 'preact/hooks';

/** One of several, or all of them (an empty value). */
export function Choice(props: {
  readonly label: string;
  readonly value: string;
  readonly options: readonly string[];
  readonly onChange: (value: string) => void;
}) {
  const { value, options } = props;
  // what was chosen stays to be seen, also when nothing of it is left
  const all = value === '' || options.includes(value) ? options : [value, ...options];
  return (
    <label class="filter">
      {props.label}
      <select value={value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        <option value="">all</option>
        {all.map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}

const pauseMs = 250;

/** A part of a name: told when nothing was typed for a moment. */
export function TextFilter(props: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}) {
  const { value, onChange } = props;
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string): void => {
    setTyped(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange(text.trim()), pauseMs);
  };
  return (
    <label class="filter">
      {props.label}
      <input type="search" value={typed} onInput={(event) => type(event.currentTarget.value)} />
    </label>
  );
}
