// Whatever two accounts choose by themselves. `vol-ffffffff` is AWS's own way to say that there is none.
const kinds: readonly (readonly [string | undefined, RegExp])[] = [
  ['grant', /\b[0-9a-f]{64}\b/],
  ['key', /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/],
  ['time', /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z| GMT| UTC)?/],
  ['ip', /(?<=\bip-|\bec2-)\d{1,3}(?:-\d{1,3}){3}|\b\d{1,3}(?:\.\d{1,3}){3}\b/],
  ['mac', /\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/],
  // By the prefix, `vol-…`.
  [undefined, /\b(?!vol-ffffffff)(?:vol|snap|i|r|eni|eni-attach|ami|subnet|vpc|sg|eipalloc|eipassoc)-[0-9a-f]{8,17}\b/],
];
const chosen = new RegExp(kinds.map(([, shape]) => shape.source).join('|'), 'g');

function kindOf(one: string): string {
  const known = kinds.find(([kind, shape]) => kind !== 'ip' && new RegExp(`^(?:${shape.source})$`).test(one));
  if (known) return known[0] ?? one.replace(/-[0-9a-f]+$/, '');
  return 'ip';
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
  return [...text.matchAll(chosen)].map((match) => ({ id: plain(match[0]), kind: kindOf(match[0]) }));
}

const bare = (text: string) => text.replace(chosen, (one) => `<${kindOf(one)}>`);
const put = (text: string, names: ReadonlyMap<string, string>) =>
  text.replace(chosen, (one) =>
    kindOf(one) === 'time' ? '<time>' : (names.get(plain(one)) ?? `<another ${kindOf(one)}>`),
  );
// An address is the same one in a DNS name.
const plain = (one: string) => (kindOf(one) === 'ip' ? one.replaceAll('-', '.') : one);
