/** The name of a distribution as indexes compare names (PEP 503): in lower case, signs between words as one hyphen. */
export const normalisedName = (name: string): string => name.replace(/[-_.]+/g, '-').toLowerCase();
