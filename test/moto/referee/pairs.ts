// Whatever two accounts choose by themselves. `vol-ffffffff` is AWS's own way to say that there is none.
const kinds: readonly (readonly [string | undefined, RegExp])[] = [
  ['grant', /\b[0-9a-f]{64}\b/],
  ['key', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/],
  ['time', /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| GMT| UTC)?/],
  ['ip', /(?<=\bip-|\bec2-)\d{1,3}(?:-\d{1,3}){3}|\b\d{1,3}(?:\.\d{1,3}){3}\b/],
  ['mac', /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/],
  ['resource', /\b(?:db|cluster)-[A-Z0-9]{26}\b/],
  // The part of its databases' endpoints that each account has for itself.
  ['endpoints', /(?<=[.-])[a-z0-9]{10,12}(?=\.[a-z0-9-]+\.rds\.amazonaws\.com)/],
  // By the prefix, `vol-…`.
  [undefined, /\b(?!vol-ffffffff)(?:vol|snap|i|r|eni|eni-attach|ami|subnet|vpc|sg|eipalloc|eipassoc)-[0-9a-f]{8,17}\b/],
];
// A group for each kind: which of them took part tells the kind.
const chosen = new RegExp(kinds.map(([, shape]) => `(${shape.source})`).join('|'), 'g');

function kindOf(one: string, groups: readonly (string | undefined)[]): string {
  return kinds[groups.findIndex((group) => group !== undefined)]?.[0] ?? one.replace(/-[0-9a-f]+$/, '');
}

/** Ids of the two accounts that stand for each other: numbered in the order in which both first show them in one place. */
export class Pairs {
  private readonly ours = new Map<string, string>();
  private readonly moto = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** Two texts with `<vol 1>` for the ids in them, and `<time>` for times; equal when the ids stand for each other. */
  shown(ours: string, moto: string): [string, string] {
    const [left, right] = [found(ours), found(moto)];
    if (bare(ours) === bare(moto)) {
      for (const [i, one] of left.entries()) {
        const other = right[i];
        if (!other || one.kind === 'time' || this.ours.has(one.id) || this.moto.has(other.id)) continue;
        const number = (this.counts.get(one.kind) ?? 0) + 1;
        this.counts.set(one.kind, number);
        this.ours.set(one.id, `<${one.kind} ${number}>`);
        this.moto.set(other.id, `<${one.kind} ${number}>`);
      }
    }
    return [put(ours, this.ours), put(moto, this.moto)];
  }
}

function found(text: string): { id: string; kind: string }[] {
  return [...text.matchAll(chosen)].map(([one, ...groups]) => {
    const kind = kindOf(one, groups.slice(0, kinds.length));
    return { id: plain(one, kind), kind };
  });
}

/** The text with something else for each id in it. */
function replaced(text: string, by: (one: string, kind: string) => string): string {
  return text.replace(chosen, (one, ...groups: (string | undefined)[]) =>
    by(one, kindOf(one, groups.slice(0, kinds.length))),
  );
}

const bare = (text: string) => replaced(text, (_, kind) => `<${kind}>`);
const put = (text: string, names: ReadonlyMap<string, string>) =>
  replaced(text, (one, kind) => (kind === 'time' ? '<time>' : (names.get(plain(one, kind)) ?? `<another ${kind}>`)));
// An address is the same one in a DNS name.
const plain = (one: string, kind: string) => (kind === 'ip' ? one.replaceAll('-', '.') : one);
