// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are what is looked for
const colour = /\u001b\[[0-9;]*m/y;

/** The text cut to so many visible characters. */
export function cut(text: string, width: number): string {
  let shown = 0;
  let at = 0;
  while (at < text.length) {
    colour.lastIndex = at;
    const code = colour.exec(text)?.[0];
    if (code !== undefined) {
      at += code.length;
      continue;
    }
    if (++shown > width) return `${text.slice(0, at - 1)}…${text.includes('\u001b') ? '\u001b[0m' : ''}`;
    at++;
  }
  return text;
}
