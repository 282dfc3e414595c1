// What pages make of values. Everything is set as text, never as markup.

/** The element of the page with an id. */
export const element = (id) => document.getElementById(id);

/** An element with attributes and children; texts stay texts. */
export function make(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made[key] = value;
    else if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children.filter((child) => child !== undefined && child !== null && child !== ''));
  return made;
}

/** A time as people say it; the exact one is its title. */
export function time(ms) {
  if (ms === null || ms === undefined) return '';
  return make(
    'time',
    { datetime: new Date(ms).toISOString(), title: new Date(ms).toLocaleString() },
    ago(ms),
  );
}

const spans = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
];
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

function ago(ms) {
  const away = ms - Date.now();
  for (const [span, unit] of spans)
    if (Math.abs(away) >= span) return relative.format(Math.round(away / span), unit);
  return away > 0 ? 'soon' : 'just now';
}

/** Only addresses of the web become links. */
export function link(address, text, title) {
  if (!/^https?:\/\//.test(address) && !address.startsWith('/')) return undefined;
  return make('a', { href: address, title, rel: 'noopener' }, text);
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes as people say it; the exact one is its title. */
export function bytes(count) {
  let value = count;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
  return make('span', { title: `${count} bytes`, class: 'bytes' }, text);
}

/** One thing or several of them. */
export const count = (number, one, several = `${one}s`) => `${number} ${number === 1 ? one : several}`;
