/** The tags of a resource, and what a Describe call shows of them while a change is not visible everywhere yet. */
export class TagSet {
  private versions: { from: number; tags: ReadonlyMap<string, string> }[];

  constructor(tags: Iterable<readonly [string, string]> = []) {
    this.versions = [{ from: Number.NEGATIVE_INFINITY, tags: new Map(tags) }];
  }

  /** Shares nothing with it that changes. */
  copy(): TagSet {
    const copy = new TagSet();
    copy.versions = [...this.versions];
    return copy;
  }

  /** What is true. */
  get now(): ReadonlyMap<string, string> {
    return this.versions.at(-1)?.tags ?? new Map();
  }

  /** What a Describe call at `time` shows. */
  seenAt(time: number): ReadonlyMap<string, string> {
    while ((this.versions[1]?.from ?? Number.POSITIVE_INFINITY) <= time) this.versions.shift();
    return this.versions[0]?.tags ?? this.now;
  }

  change(visibleFrom: number, edit: (tags: Map<string, string>) => void): void {
    const tags = new Map(this.now);
    edit(tags);
    this.versions.push({ from: visibleFrom, tags });
  }
}
