const mostOffered = 20;

/** At most twenty names with a text in them, each once: those that begin with it before others, short ones first. */
export function bestNames(all: readonly string[], text: string): readonly string[] {
  const part = text.trim().toLowerCase();
  const place = (name: string): number => name.toLowerCase().indexOf(part);
  return [...new Set(all)]
    .filter((name) => place(name) >= 0)
    .sort((a, b) => Math.sign(place(a)) - Math.sign(place(b)) || a.length - b.length || (a < b ? -1 : 1))
    .slice(0, mostOffered);
}
