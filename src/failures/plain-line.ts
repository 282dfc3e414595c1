const colours =
  /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[()][A-Za-z0-9]/g;

/** A line as a terminal would leave it: without colours, and of a line that was written over what was written last. */
export function plainLine(line: string): string {
  const whole = line.replace(/\r+$/, '');
  const visible = whole.slice(whole.lastIndexOf('\r') + 1);
  return visible.includes('\u001b') ? visible.replace(colours, '') : visible;
}
