export { type BillFacts, billOf } from './bill-of-materials.ts';
export { asJson, canonicalJson } from './canonical-json.ts';
export {
  type Envelope,
  type EnvelopeSignature,
  printEnvelope,
  readEnvelope,
  signedBytes,
  statementType,
} from './envelope.ts';
export { type NamedPackage, packageUrl } from './package-url.ts';
export {
  type AttemptFacts,
  type RecipeOrigin,
  type ResourceDescriptor,
  readStatement,
  type Statement,
  type Subject,
  statementFlaws,
  statementOf,
} from './statement.ts';
