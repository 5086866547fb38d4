/** "did you mean …?" for a misspelt word, else the list of what there is. */
export function suggest(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== undefined) return `did you mean \`${near}\`?`;
  if (known.length === 0) return 'nothing can stand here';
  const shown = known.slice(0, 12).map((name) => `\`${name}\``);
  return `known here: ${shown.join(', ')}${known.length > shown.length ? ', …' : ''}`;
}

/** The known word that `word` was most likely meant to be; undefined when none is close. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.slice(0, 80).toLowerCase();
  const most = Math.max(typed.length < 4 ? 1 : 2, Math.floor(typed.length / 3));
  const ranked = known
    .map((name) => ({ name, away: name.endsWith(`.${typed}`) ? 0 : distance(typed, name.toLowerCase()) }))
    .filter(({ away }) => away <= most)
    .sort((a, b) => a.away - b.away);
  return ranked[0]?.name;
}

function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...a].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...b].entries()) {
      const replaced = (row[column] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
