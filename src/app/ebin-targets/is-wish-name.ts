/** Whether a job's name is that of a wish. */
export const isWishName = (name: string): boolean => /\.request-\d+$/.test(name);
