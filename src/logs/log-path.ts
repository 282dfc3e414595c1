/** What one attempt's log is about. */
export interface LogSubject {
  readonly target: string;
  readonly arch: string;
  /** Name of the recipe. */
  readonly name: string;
  /** Id of the attempt, unique within the job. */
  readonly attempt: string;
}

/** A name as one part of a path: a slash or a leading dot is written as `%` and two digits, and so is `%`. */
function part(name: string): string {
  return name.replace(/%|\/|\0|^\./g, (sign) => `%${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);
}

/** Folder of all logs of a job, relative to the farm: `logs/TARGET/ARCH/NAME`. */
export function logFolder(subject: Omit<LogSubject, 'attempt'>): string {
  return ['logs', part(subject.target), part(subject.arch), part(subject.name)].join('/');
}

/** Path of a log relative to the farm: `logs/TARGET/ARCH/NAME/ATTEMPT.log`. */
export function logPath(subject: LogSubject): string {
  return `${logFolder(subject)}/${part(subject.attempt)}.log`;
}

/** Path, relative to the farm, of what the manager notes about a job while no attempt of it is under way; see `openQueueNotes`. */
export function notesPath(subject: Omit<LogSubject, 'attempt'>, revision: string): string {
  return `${logFolder(subject)}/${part(revision)}.notes`;
}

/** The line index beside a log: derived, made again when it is missing. */
export function linesPath(log: string): string {
  return log.endsWith('.log') ? log.replace(/\.log$/, '.lines') : `${log}.lines`;
}

/** The phase index beside a log: one JSON object per line. */
export function phasesPath(log: string): string {
  return log.replace(/\.log$/, '.phases');
}
