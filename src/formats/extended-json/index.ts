export * from './bson-value.ts';
