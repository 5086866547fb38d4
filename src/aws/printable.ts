// Tag values and messages come from strangers: a terminal would obey the escape sequences in them, and bidi marks reorder a line.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The text with control characters spelled out (`\u001b`) and cut to `maxLength` characters, safe to print on one line. */
export function printable(text: string, maxLength = 500): string {
  const spelled = text.replace(unprintable, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return spelled.length > maxLength ? `${spelled.slice(0, maxLength)}…` : spelled;
}
