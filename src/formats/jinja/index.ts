export { Exposed } from './exposed.ts';
export {
  compileTemplate,
  type Template,
  type TemplateLoader,
  type TemplateOptions,
  type TemplateVariables,
} from './template.ts';
