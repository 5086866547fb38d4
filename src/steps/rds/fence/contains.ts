import type { LogPosition } from './position.ts';

/** Whether the log of a replacement holds all that the log of its original held; `unknown`: why nobody can tell. */
export type Contained =
  | { readonly is: 'contained' }
  | { readonly is: 'lacking'; readonly how: string }
  | { readonly is: 'unknown'; readonly why: string };

/**
 * A restore goes on with the log that is in the snapshot, so what has been restored from one stands where that stood, or farther on by
 * now. One that stands before it was made of something older. That it stands farther on shows less: whoever writes gets there.
 * - PostgreSQL: the next transaction (`xmax` of the snapshot). Recovery goes on behind each one that the log names (xlog.c, StartupXLOG).
 * - MySQL: the set of GTIDs; MariaDB: the last one of each domain. Whether RDS keeps them in a restore is [U]: a log of which nothing is
 *   known is one that began anew.
 * - MySQL without GTIDs: file and offset, which nobody keeps from beginning anew: a lower one tells nothing.
 */
export function containedIn(original: LogPosition | undefined, replacement: LogPosition | undefined): Contained {
  const [was, is] = [original?.position, replacement?.position];
  if (!was) return { is: 'unknown', why: 'of the original no position of its log is on record' };
  if (!is) return { is: 'unknown', why: 'the replacement shows no position of its log' };
  const lacking = (how: string): Contained => ({ is: 'lacking', how: `${how}: its log stands at ${is}` });
  for (const compare of [byTransaction, bySets, byDomains, byFile]) {
    const how = compare(was, is);
    if (how === undefined) continue;
    if (how === 'contained') return { is: 'contained' };
    return how === 'anew'
      ? { is: 'unknown', why: `the log of the replacement began again (${is}, that of the original stood at ${was})` }
      : lacking(`it lacks ${how} of the original, whose log stood at ${was}`);
  }
  return { is: 'unknown', why: `the positions can't be compared (${was} and ${is})` };
}

/** Undefined where the two are of another kind; else `contained`, `anew`, or what is lacking. */
type Compared = string | undefined;

const transactions = /^\d+:(\d+):[\d,]*$/;

function byTransaction(was: string, is: string): Compared {
  const [before, now] = [transactions.exec(was)?.[1], transactions.exec(is)?.[1]];
  if (before === undefined || now === undefined) return undefined;
  return BigInt(now) >= BigInt(before) ? 'contained' : `transactions ${now} to ${before}`;
}

const set = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:/i;
type Interval = readonly [from: bigint, to: bigint];

function bySets(was: string, is: string): Compared {
  if (!set.test(was) || !set.test(is)) return undefined;
  const [before, now] = [intervalsOf(was), intervalsOf(is)];
  if (![...before.keys()].some((source) => now.has(source))) return 'anew';
  const missing = [...before].flatMap(([source, intervals]) =>
    intervals.filter((one) => !isCovered(one, now.get(source) ?? [])).map(([from, to]) => `${source}:${from}-${to}`),
  );
  return missing.length === 0 ? 'contained' : missing.join(', ');
}

/** By server, and by tag where it has one (MySQL 8.3): `uuid:1-5:7:tag:1-3`. Intervals that touch are given as one by MySQL. */
function intervalsOf(text: string): Map<string, Interval[]> {
  const all = new Map<string, Interval[]>();
  for (const one of text.replace(/\s/g, '').split(',')) {
    const [server = '', ...parts] = one.toLowerCase().split(':');
    let source = server;
    for (const part of parts) {
      const [, from, to] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? [];
      if (from === undefined) source = `${server}:${part}`;
      else all.set(source, [...(all.get(source) ?? []), [BigInt(from), BigInt(to ?? from)]]);
    }
  }
  return all;
}

const isCovered = ([from, to]: Interval, by: readonly Interval[]) => by.some(([a, b]) => a <= from && to <= b);

const domains = /^\d+-\d+-\d+(,\d+-\d+-\d+)*$/;

/** A number of one domain is never given again; a lower one by another server is that of a log which began anew. */
function byDomains(was: string, is: string): Compared {
  if (!domains.test(was) || !domains.test(is)) return undefined;
  const [before, now] = [lastOf(was), lastOf(is)];
  const behind = [...before].filter(([domain, one]) => (now.get(domain)?.number ?? -1n) < one.number);
  if (behind.length === 0) return 'contained';
  const anew = behind.every(([domain, one]) => now.get(domain)?.server !== one.server);
  return anew ? 'anew' : behind.map(([domain, { server, number }]) => `${domain}-${server}-${number}`).join(', ');
}

function lastOf(text: string) {
  const all = text.split(',').map((one) => one.split('-'));
  return new Map(all.map(([domain = '', server = '', number = '0']) => [domain, { server, number: BigInt(number) }]));
}

const file = /^(.+)\.(\d+):(\d+)$/;

function byFile(was: string, is: string): Compared {
  const [before, now] = [file.exec(was), file.exec(is)];
  if (!before || !now) return undefined;
  if (before[1] !== now[1]) return 'anew';
  const number = (one: RegExpExecArray, at: number) => BigInt(one[at] ?? '0');
  const [files, filesNow] = [number(before, 2), number(now, 2)];
  const further = filesNow > files || (filesNow === files && number(now, 3) >= number(before, 3));
  return further ? 'contained' : 'anew';
}
