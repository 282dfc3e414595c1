import type { CatalogueTable } from './entry.ts';

/** Codes QUE001 to QUE999. */
export const queueCodes = {
  QUE001: {
    severity: 'error',
    blame: 'world',
    title: 'the farm is at work in another process',
    why: 'One process at a time changes a farm, so that no job is run twice and no repository is published by two at once.',
    next: 'Wait until the other process is done, or end it, then repeat the command. Reading commands such as status and logs work meanwhile.',
    sample: {
      broken: "'packmill build' twice at the same time on one farm",
      fixed: 'the second one started after the first one ended',
    },
  },
  QUE002: {
    severity: 'error',
    blame: 'world',
    title: "the farm's record cannot be used",
    why: 'A SQLite file of the farm could not be opened, read or written: it is missing, damaged, on a full disk, or belongs to another user.',
    next: "Look at the path and the system's message, and repair the cause. A lost 'queue.sqlite' is made again by itself; 'farm.sqlite' is the truth and has to come from a backup.",
    sample: {
      broken: "'state/farm.sqlite' owned by 'root', then a command of another user",
      fixed: 'the file owned by the user who runs packmill',
    },
  },
  QUE003: {
    severity: 'error',
    blame: 'world',
    title: "the farm's record is of a newer packmill",
    why: 'The tables of the record were changed by a newer version, and this one does not know what they mean.',
    next: 'Run the newer packmill, or restore the record from a backup that this one wrote.',
    sample: {
      broken: 'a farm that packmill 2.0 worked on, opened with packmill 1.0',
      fixed: 'the same farm opened with packmill 2.0',
    },
  },
  QUE004: {
    severity: 'error',
    blame: 'world',
    title: 'the attempts of a job are lost again and again',
    why: 'Every time, the builder vanished before it could report an end: it was killed, lost its machine, or stopped answering. The job may be what brings it down.',
    next: "Read the end of the job's last log and the builder's own; look for lack of memory or disk. Then run the same build again.",
    sample: {
      broken: 'a build that makes the kernel kill packmill each time',
      fixed: "the same build below a 'memory' limit in 'packmill.yaml'",
    },
  },
  QUE005: {
    severity: 'error',
    blame: 'world',
    title: 'packmill cannot tell whether a job must run',
    why: 'A dependency was rebuilt, and comparing what it offers now with what the job uses failed.',
    next: "Look at the cause that is named, then run the same build again; '--rebuild' builds the job without asking.",
    sample: {
      broken: 'a record of sonames that cannot be read',
      fixed: 'the job built once more, which writes the record anew',
    },
  },
  QUE006: {
    severity: 'error',
    blame: 'world',
    title: 'the queue belongs to another farm',
    why: 'Two managers on one queue would give out and withdraw the jobs of one another. The queue remembers which farm filled it, and this is another one.',
    next: "Give each farm a name of its own ('service.name' in packmill.yaml) or a Redis of its own. Where the other farm is gone for good, empty its part of Redis once.",
    sample: {
      broken: "'packmill manager' in two farms with the same 'service.name' on one Redis",
      fixed: "the second farm with 'service: { name: second }'",
    },
  },
  QUE007: {
    severity: 'error',
    blame: 'world',
    title: 'the queue did not take what it missed',
    why: 'The queue store was out of reach when the record changed, and again when it was to be brought up to date.',
    next: 'Nothing is lost: the manager tries again every few seconds. Look at the queue store and at the way to it.',
    sample: {
      broken: 'Redis that ends again as soon as it was started',
      fixed: 'Redis that stays',
    },
  },
  QUE010: {
    severity: 'error',
    blame: 'world',
    title: "the queue's server does not answer",
    why: 'Manager and builders meet at a Redis or Valkey server, which is down, cannot be reached, or took too long. Nothing is lost: the record knows every job, and everybody asks again by himself.',
    next: "Look whether the server runs and whether host, port and network in between are right; 'redis-cli -h HOST -p PORT ping' answers PONG when they are.",
    sample: {
      broken: 'a builder that is started while redis-server is not',
      fixed: 'redis-server started; the builder goes on without a restart',
    },
  },
  QUE011: {
    severity: 'error',
    blame: 'world',
    title: "the queue's server refuses",
    why: 'The Redis or Valkey server answered with an error: a wrong password, no right to run scripts, no memory left, a read-only replica, or a version below 6.2.',
    next: "Read the server's own words at the end of the line and set user, password or the server right.",
    sample: {
      broken: "a server with 'requirepass' and a builder without a password",
      fixed: 'the same builder with the password in its settings',
    },
  },
  QUE012: {
    severity: 'error',
    blame: 'world',
    title: 'the queue was emptied',
    why: 'The queue was restarted without its data or was flushed, so it cannot tell whether a lease is still good. The manager fills it again from its record and puts leases back as they were.',
    next: 'Nothing has to be done while the manager runs: builders keep working and ask again. Otherwise start the manager.',
    sample: {
      broken: "'redis-cli flushall' while builders work",
      fixed: 'the manager running, which restores offers and leases within seconds',
    },
  },
} as const satisfies CatalogueTable;
