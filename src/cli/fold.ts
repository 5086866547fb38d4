import { stripVTControlCharacters } from 'node:util';

/** A line, broken between words so that none of its parts is wider than `width`; those after the first begin with `indent`. A longer word stays whole. */
export function folded(line: string, width: number, indent = '      '): string[] {
  if (widthOf(line) <= width) return [line];
  const [margin = ''] = /^ */.exec(line) ?? [];
  const lines: string[] = [];
  let last = margin;
  let isEmpty = true;
  // What stands between two words is as wide as it was, as columns have it.
  for (const [, gap = '', word = ''] of line.slice(margin.length).matchAll(/( *)([^ ]+)/g)) {
    if (isEmpty || widthOf(last + gap + word) <= width) last += gap + word;
    else {
      lines.push(last);
      last = indent + word;
    }
    isEmpty = false;
  }
  return [...lines, last];
}

// Colours take no room.
const widthOf = (text: string) => stripVTControlCharacters(text).length;
