import { abiTables } from './abi-tables.ts';
import type { MigrationList } from './migrations.ts';

/**
 * The record's own tables. `jobs` is kept narrow, since every move rewrites a row and a restart reads many; what
 * the plan says of a job stands in `job_plans`. Edges lead from a job to those that wait for it:
 * `need` is an arrow of the plan, `cycle` keeps members of a cycle in order, `replaced` makes a job wait for the
 * running job of an older plan that it takes the place of.
 */
export const farmTables: MigrationList = {
  room: 'database',
  steps: [
    `
CREATE TABLE runs (id INTEGER PRIMARY KEY, started_ms INTEGER NOT NULL, why TEXT NOT NULL) STRICT;
CREATE TABLE plans (
  id INTEGER PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id), target TEXT NOT NULL, arch TEXT NOT NULL,
  created_ms INTEGER NOT NULL, finished_ms INTEGER, fail_fast INTEGER NOT NULL, unfinished INTEGER NOT NULL,
  cycles TEXT NOT NULL, problems TEXT NOT NULL
) STRICT;
CREATE INDEX open_plans ON plans (id) WHERE finished_ms IS NULL;
CREATE TABLE jobs (
  key INTEGER PRIMARY KEY, plan INTEGER NOT NULL REFERENCES plans (id), position INTEGER NOT NULL,
  id TEXT NOT NULL, action TEXT NOT NULL, cycle INTEGER, priority REAL NOT NULL, build_class ANY,
  state TEXT NOT NULL, reason TEXT NOT NULL, pending INTEGER NOT NULL, losses INTEGER NOT NULL,
  offer INTEGER NOT NULL, since_ms INTEGER NOT NULL, ready_since_ms INTEGER, attempt INTEGER,
  canceling TEXT, blocked_on TEXT
) STRICT;
CREATE INDEX jobs_of_plan ON jobs (plan, position);
CREATE INDEX jobs_by_id ON jobs (id, key);
CREATE INDEX open_jobs ON jobs (id) WHERE state IN ('waiting', 'ready', 'running');
CREATE INDEX moving_jobs ON jobs (state, offer) WHERE state IN ('ready', 'running');
CREATE INDEX undecided_jobs ON jobs (key) WHERE state = 'waiting' AND pending = 0;
CREATE INDEX cycle_members ON jobs (plan, cycle, position) WHERE cycle IS NOT NULL;
CREATE TABLE job_plans (key INTEGER PRIMARY KEY REFERENCES jobs (key), planned TEXT NOT NULL) STRICT;
CREATE TABLE job_edges (
  dependency INTEGER NOT NULL, dependant INTEGER NOT NULL, required INTEGER NOT NULL, kind TEXT NOT NULL,
  PRIMARY KEY (dependency, dependant)
) STRICT, WITHOUT ROWID;
CREATE INDEX edges_to ON job_edges (dependant);
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, job INTEGER NOT NULL REFERENCES jobs (key), job_id TEXT NOT NULL,
  builder TEXT NOT NULL, fence INTEGER NOT NULL, started_ms INTEGER NOT NULL, ended_ms INTEGER,
  outcome TEXT, duration_ms REAL, peak_memory_bytes INTEGER, log_path TEXT
) STRICT;
CREATE INDEX attempts_of ON attempts (job_id, id);
CREATE INDEX running_attempts ON attempts (id) WHERE ended_ms IS NULL;
CREATE TABLE artifacts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, attempt INTEGER NOT NULL REFERENCES attempts (id), job_id TEXT NOT NULL,
  name TEXT NOT NULL, object TEXT NOT NULL, facts TEXT NOT NULL, artifact TEXT NOT NULL, generation INTEGER
) STRICT;
CREATE INDEX artifacts_of_attempt ON artifacts (attempt);
CREATE INDEX unpublished_artifacts ON artifacts (id) WHERE generation IS NULL;
CREATE TABLE inventory (
  job_id TEXT PRIMARY KEY, target TEXT NOT NULL, arch TEXT NOT NULL, name TEXT NOT NULL,
  unfinished TEXT, attempt INTEGER, success TEXT
) STRICT;
CREATE INDEX inventory_of ON inventory (target, arch);
CREATE TABLE durations (job_id TEXT NOT NULL, attempt INTEGER NOT NULL, duration_ms REAL NOT NULL,
  PRIMARY KEY (job_id, attempt)) STRICT, WITHOUT ROWID;
CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at_ms INTEGER NOT NULL, plan INTEGER NOT NULL, kind TEXT NOT NULL,
  job TEXT, from_state TEXT, to_state TEXT, attempt INTEGER, builder TEXT, reason TEXT NOT NULL
) STRICT;
CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;
INSERT INTO counters VALUES ('offer', 0);
`,
    `
ALTER TABLE plans ADD COLUMN origin TEXT;
ALTER TABLE plans ADD COLUMN request TEXT;
CREATE UNIQUE INDEX plans_of_request ON plans (request) WHERE request IS NOT NULL;
ALTER TABLE jobs ADD COLUMN urgency INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN share TEXT NOT NULL DEFAULT '';
ALTER TABLE jobs ADD COLUMN labels TEXT;
ALTER TABLE attempts ADD COLUMN peak_disk_bytes INTEGER;
CREATE TABLE job_needs (needed TEXT NOT NULL, job INTEGER NOT NULL, PRIMARY KEY (needed, job)) STRICT, WITHOUT ROWID;
CREATE TABLE requests (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL, received_ms INTEGER NOT NULL, reply TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX open_requests ON requests (received_ms) WHERE reply IS NULL;
CREATE TABLE builders (
  name TEXT PRIMARY KEY, instance TEXT NOT NULL, hello TEXT NOT NULL, seen_ms INTEGER NOT NULL,
  drained INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE TABLE words (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE peaks (
  job_id TEXT PRIMARY KEY, memory_bytes INTEGER, disk_bytes INTEGER
) STRICT, WITHOUT ROWID;
`,
    // every index is a page more that a move of a job writes: attempts at a job are found from its row, one by one
    `
ALTER TABLE attempts ADD COLUMN previous INTEGER;
UPDATE attempts SET previous = (SELECT max(b.id) FROM attempts b
  WHERE b.job_id = attempts.job_id AND b.job = attempts.job AND b.id < attempts.id);
DROP INDEX attempts_of;
DROP INDEX moving_jobs;
`,
    `
CREATE TABLE commit_ranges (
  number INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, source TEXT NOT NULL, arch TEXT NOT NULL,
  since TEXT NOT NULL, upto TEXT NOT NULL, received_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX commit_ranges_of ON commit_ranges (target, source, arch, number);
`,
    'CREATE TABLE rows_ahead (id INTEGER PRIMARY KEY, rows TEXT NOT NULL) STRICT;',
    // a list with IN is put together anew for each row; and job ids begin with target and architecture
    `
DROP INDEX open_jobs;
CREATE INDEX open_jobs ON jobs (id) WHERE state = 'waiting' OR state = 'ready' OR state = 'running';
DROP INDEX inventory_of;
`,
    abiTables,
  ],
};
