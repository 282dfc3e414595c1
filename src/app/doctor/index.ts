export { diagnose } from './diagnose.ts';
export type { DoctorSources } from './diagnose-sources.ts';
export type { DoctorReport, KernelReport, ProgramFinding, ProgramReport } from './doctor-report.ts';
export { type DoctorTextOptions, renderDoctorReport } from './render-doctor-report.ts';
