import { useConnection } from '../api.ts';
import { clockTime, fullTime } from '../pieces/words.ts';

/** Whether what is shown is what is: in words, and told to those who listen when it changes. */
export function ConnectionLine() {
  const { state, dataMs } = useConnection();
  const isStale = state === 'stale';
  return (
    <p class="connection" role="status" data-state={state}>
      <span aria-hidden="true">{isStale ? '○' : state === 'live' ? '●' : '◌'}</span>{' '}
      {state === 'connecting' && 'connecting'}
      {state === 'live' && 'live'}
      {isStale && 'not connected'}
      {isStale && dataMs !== undefined && (
        <>
          , data of <time title={fullTime(dataMs)}>{clockTime(dataMs)}</time>
        </>
      )}
    </p>
  );
}
