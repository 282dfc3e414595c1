import type { AuditReply, AuditView } from '../../api/index.ts';
import type { AuditEntry, AuditFilter, AuditMeans, AuditRecords } from '../../database/index.ts';
import type { Farm } from '../farm.ts';

const usualEntries = 100;

/** Who did what to the farm, and how it ended. */
export interface AuditLog {
  /** Writes down what somebody is about to do; on disk when it returns its id. */
  begin(entry: {
    readonly who: string;
    readonly means: AuditMeans;
    readonly action: string;
    readonly subject: string;
    readonly address: string;
  }): number;
  /** How it was answered. */
  end(id: number, answer: { readonly status: number; readonly code: string | undefined }): void;
  /** Newest first; addresses only for operators. */
  list(
    filter: { readonly [Key in keyof AuditFilter]?: AuditFilter[Key] | undefined },
    options: { readonly withAddresses: boolean },
  ): AuditReply;
}

function outcomeOf(status: number | undefined): AuditView['outcome'] {
  if (status === undefined) return 'asked';
  if (status < 400) return 'done';
  return status < 500 ? 'refused' : 'failed';
}

const viewOf = ({ address, status, code, ...same }: AuditEntry, withAddress: boolean): AuditView => ({
  ...same,
  outcome: outcomeOf(status),
  status: status ?? null,
  code: code ?? null,
  ...(withAddress ? { address } : {}),
});

/** The audit log of a farm, as its record has it. */
export function auditLog(records: AuditRecords): AuditLog {
  return {
    begin: (entry) => records.begin(entry),
    end: (id, answer) => records.end(id, answer),
    list: ({ limit = usualEntries, ...filter }, { withAddresses }) => {
      const found = records.list({ ...filter, limit: limit + 1 });
      const entries = found.slice(0, limit).map((entry) => viewOf(entry, withAddresses));
      return { entries, next: found.length > limit ? (entries.at(-1)?.id ?? null) : null };
    },
  };
}

/** The audit log of a farm that is opened here, addresses included. */
export const readAudit = (
  { database }: Pick<Farm, 'database'>,
  filter: Parameters<AuditLog['list']>[0],
): AuditReply => auditLog(database.audit).list(filter, { withAddresses: true });
