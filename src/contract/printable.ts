// Tag values and messages come from strangers: a terminal would obey the escape sequences in them, and bidi marks reorder a line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with control characters and marks that reorder a line spelled out (`\u001b`): safe to show on one line. */
export function spelledOut(text: string): string {
  return text.replace(unprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same, cut to `maxLength` characters. */
export function printable(text: string, maxLength = 500): string {
  const spelled = spelledOut(text);
  return spelled.length > maxLength ? `${spelled.slice(0, maxLength)}…` : spelled;
}
