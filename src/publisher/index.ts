export type { Generation, PublishReport, VerifyMode, VerifyReport } from './publisher.ts';
