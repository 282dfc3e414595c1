import { fault } from '../diagnostics/index.ts';
import type { SqlConnection } from './sql-connection.ts';

/** The tables of one room as changes to be applied in turn. One that was released is never edited, only added to. */
export interface MigrationList {
  readonly room: string;
  readonly steps: readonly string[];
}

/** Brings the tables of each room up to date, in one transaction. Throws QUE003 when they are newer. */
export function migrate(connection: SqlConnection, lists: readonly MigrationList[]): void {
  connection.transaction(() => {
    connection.exec(
      'CREATE TABLE IF NOT EXISTS schema_versions (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT',
    );
    const save = connection.prepare(
      'INSERT INTO schema_versions VALUES (?, ?) ON CONFLICT (room) DO UPDATE SET version = excluded.version',
    );
    for (const list of lists) {
      const version = checkVersion(connection, list);
      if (version === list.steps.length) continue;
      for (const step of list.steps.slice(version)) connection.exec(step);
      save.run(list.room, list.steps.length);
    }
  });
}

/** Number of steps that were applied. Throws QUE003 when there are more than this program knows. */
export function checkVersion(connection: SqlConnection, { room, steps }: MigrationList): number {
  const known = connection
    .prepare<{ version: number }>('SELECT version FROM schema_versions WHERE room = ?')
    .get(room);
  const version = known?.version ?? 0;
  if (version > steps.length) {
    throw fault('QUE003', {
      what: `'${connection.path}' has version ${version} of the tables of '${room}', this packmill knows ${steps.length}`,
    });
  }
  return version;
}
