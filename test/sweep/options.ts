import { type Kind, planNames } from './history.ts';

/** What `read` makes of the command line; what is wrong with it is told in one line, and nothing runs. */
export function asked<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(2);
  }
}

/** The values of `--name value` words and the `--name` flags; throws on any other. */
export function optionsOf(words: readonly string[], values: readonly string[], flags: readonly string[]) {
  const given = new Map<string, string>();
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    const name = word.replace(/^--/, '');
    if (flags.includes(name) && word.startsWith('--')) given.set(name, '');
    else if (values.includes(name) && word.startsWith('--')) given.set(name, words[++at] ?? '');
    else
      throw new Error(`unknown option ${word}; there are ${[...values, ...flags].map((one) => `--${one}`).join(', ')}`);
  }
  const count = (name: string, otherwise: number) => {
    const number = Number(given.get(name) ?? otherwise);
    if (!Number.isSafeInteger(number) || number < 1) throw new Error(`--${name} takes a number, 1 or more`);
    return number;
  };
  return { given, count };
}

export const kindValues = ['plan', 'stale-ms'];
export const kindFlags = ['without-people', 'liveness', 'wired', 'tame'];

/** What kind of histories the options ask for. */
export function kindOf(given: ReadonlyMap<string, string>): Kind {
  const plan = given.get('plan');
  if (plan !== undefined && !planNames.some((name) => name === plan)) {
    throw new Error(`no plan ${plan} is shipped; there are ${planNames.join(', ')}`);
  }
  const stale = given.get('stale-ms');
  if (stale !== undefined && !/^[1-9]\d{0,6}$/.test(stale)) throw new Error('--stale-ms takes milliseconds, 1 or more');
  return {
    ...(plan === undefined ? {} : { plan }),
    ...(stale === undefined ? {} : { staleMs: Number(stale) }),
    people: !given.has('without-people'),
    liveness: given.has('liveness'),
    wired: given.has('wired'),
    tame: given.has('tame'),
  };
}
