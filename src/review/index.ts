export type { ChangeReason, ChangeSize } from './change-reason.ts';
export type { ChangeReport, Finding, FindingTopic, ReviewFacts } from './change-report.ts';
export { type Classification, classifyChange } from './classify-change.ts';
export type { FileMode, RecipeFolder } from './recipe-folder.ts';
export { renderReportMarkdown, renderReportText, topicTitles } from './render-report.ts';
export { reviewChange } from './review-change.ts';
