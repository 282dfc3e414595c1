/** Runs `task` every `ms` until the function that is returned is called; does not keep the process alive. */
export function repeatEvery(ms: number, task: () => void): () => void {
  const timer = setInterval(task, ms);
  timer.unref();
  return () => clearInterval(timer);
}

/** Runs `task` once after `ms` unless the function that is returned is called; does not keep the process alive. */
export function runAfter(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  timer.unref();
  return () => clearTimeout(timer);
}
