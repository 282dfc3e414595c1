/** Whether a text is the whole id of a commit, a tree or a file: by SHA-1, or by SHA-256. */
export const isObjectId = (text: string): boolean => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(text);
