/** All that a terminal obeys: C0, DEL, C1, and the marks that reorder a line. A line break is our own way to end a line. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
export const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;
