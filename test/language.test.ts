import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** A word that a reader of English as a second language reads twice, and what to write instead. */
interface Banned {
  readonly words: RegExp;
  readonly better: string;
  /** A sentence that had it. */
  readonly was: string;
}

const banned: readonly Banned[] = [
  { words: /\bmend(s|ed|ing)?\b/i, better: 'fix', was: 'mend what the reason names, then resume' },
  { words: /\b(told|tells?|telling)\b/i, better: 'say, show, print or report', was: 'a tag is told, and stays' },
  { words: /\bone's own\b/i, better: 'its own', was: "a pool of one's own" },
  { words: /\bcan not\b/i, better: "can't or cannot", was: 'a file can not be read' },
  { words: /\banew\b/i, better: 'again, or new', was: 'what was built before the change is built anew' },
  { words: /\bgone on with\b/i, better: 'continued or resumed', was: 'a run was gone on with and has paused again' },
  { words: /\bstandstill\b/i, better: 'the stop', was: 'the standstill in which it is taken' },
  { words: /\bbesides\b/i, better: 'also, or in addition to', was: 'a tag that a program puts on it besides' },
  { words: /\bcould be written to since\b/i, better: 'may be in use', was: 'which could be written to since 02:31' },
  { words: /\b(asks? for your|typed) word\b/i, better: 'needs --discard-writes-since', was: 'asks for your word' },
  { words: /\b(born|birth)\b/i, better: 'created, creation', was: 'the new one, fenced from birth' },
  { words: /\bof the past\b/i, better: 'a stale read', was: 'an answer below it is one of the past' },
  { words: /\bspeaks? (for|against)\b/i, better: 'is a reason for or against', was: 'nothing speaks against it' },
  { words: /\bseen to it\b/i, better: 'checked, made sure', was: 'they have ended: I have seen to it' },
  { words: /(^|[.;] )Who (?![^.]*\?)/m, better: 'whoever, or the person or thing', was: 'Who is down goes first.' },
];

/** What is wrong in a text, a line for each word: where it stands, and the better one. */
function findingsIn(file: string, text: string): string[] {
  return text.split('\n').flatMap((line, at) =>
    banned.flatMap(({ words, better }) => {
      const [found] = words.exec(line) ?? [];
      return found === undefined ? [] : [`${file}:${at + 1}: "${found.trim()}": write ${better}`];
    }),
  );
}

const filesIn = (folder: string, end: string, recursive = false) =>
  readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => join(folder, file));

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');

/**
 * The sentences that a module can print, each on the line where it stands: literals with a space in them. Comments are for
 * those who change the code, and names in the placeholders of a template are nobody's reading.
 */
function sentencesIn(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  const code = source.replace(/\/\*[\s\S]*?\*\//g, blank).replace(/(^|\s)\/\/.*$/gm, blank);
  let text = blank(code);
  for (const { 0: literal, index } of code.matchAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)) {
    const said = literal.replace(/\$\{[^{}`]*\}/g, blank);
    if (/\w \w/.test(said)) text = text.slice(0, index) + said + text.slice(index + said.length);
  }
  return text;
}

describe('what people read has no word that a reader of English as a second language reads twice', () => {
  // The pages of docs/decisions stay as they were when they were decided.
  const pages = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...filesIn('docs', '.md')];

  test.each([...pages, ...filesIn('plans', '.yaml'), ...filesIn('scenarios', '.yaml')])('in %s', (file) => {
    // Names in code stay as they are.
    expect(findingsIn(file, textOf(file).replace(/`[^`\n]*`/g, '``'))).toEqual([]);
  });

  test('in the messages of rekey', () => {
    // What the simulated account answers are AWS's words.
    const modules = filesIn('src', '.ts', true).filter((file) => !file.startsWith(join('src', 'simulator')));
    expect(modules.length).toBeGreaterThan(100);
    expect(modules.flatMap((file) => findingsIn(file, sentencesIn(textOf(file))))).toEqual([]);
  });
});

describe('the list of words', () => {
  test.each(banned)('finds "$was", and does not suggest a word of the list', ({ was, better }) => {
    expect(findingsIn('page.md', `A line.\n${was}\n`)).toEqual([expect.stringMatching(/^page\.md:2: /)]);
    expect(findingsIn('page.md', better)).toEqual([]);
  });

  test('is held against what is printed, and not against names and comments', () => {
    const source = [
      "// mend it, and // 'mend this'",
      '/** Mends what is told. */',
      "const told = await tell('mended', `a §{told(mend)} b`); // 'it is told'",
      "throw problem('effect-failed', { reason: 'a file can not be read' });",
      'const hint = `then',
      '  mend §{what} and resume`;',
    ]
      .join('\n')
      .replaceAll('§', '$');
    expect(findingsIn('a.ts', sentencesIn(source))).toEqual([
      expect.stringMatching(/^a\.ts:4: "can not"/),
      expect.stringMatching(/^a\.ts:6: "mend"/),
    ]);
  });
});
