import { floors } from '../rooms.mjs';
import { house } from './place.ts';

const begin = '<!-- rooms: written by npm run docs:rooms -->';
const end = '<!-- end of rooms -->';

/** The rooms as a table in Markdown, floor by floor. */
export function roomsTable(): string {
  const rows = floors.flatMap((floor, number) =>
    Object.entries(house)
      .filter(([, room]) => room.floor === number)
      .map(([name, room]) => {
        const knows = room.knows.includes('*') ? ['everything below'] : room.knows;
        const borrows = (room.borrows ?? []).map((other) => `${other} (types)`);
        const inside = Object.keys(room.members ?? {}).concat(room.drivers ?? []);
        const cells = [
          `${number} ${floor.name}`,
          name,
          room.purpose,
          [...knows, ...borrows].join(', '),
          inside.join(', '),
        ];
        return `| ${cells.join(' | ')} |`;
      }),
  );
  return [
    '| floor | room | what it is for | may also know | members or drivers |',
    '|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The page with the table between its two marks replaced. Throws when the page has no marks. */
export function withRoomsTable(page: string, table: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) throw new Error(`the page lacks '${begin}' and '${end}'`);
  return `${page.slice(0, from)}${begin}\n\n${table}\n\n${page.slice(to)}`;
}
