import type { JournalRecord } from '../../src/contract/record.ts';
import type { ReportedPlan } from '../../src/report/document/report.ts';

/** The records of a run of one plan as they would be of many: each plan with a name, a target and things of its own. */
export function asManyPlans(
  records: readonly JournalRecord[],
  one: ReportedPlan,
  many: number,
): { readonly records: readonly JournalRecord[]; readonly plans: readonly ReportedPlan[] } {
  const numbers = Array.from({ length: many }, (_, at) => at);
  const renamed = (text: string, nth: number) =>
    text
      .replaceAll(
        /\b(vol|snap|i|eni)-([0-9a-f]{8,17})\b/g,
        (_all, kind: string, id: string) => `${kind}-${hex(nth)}${id.slice(4)}`,
      )
      .replaceAll(`"${one.plan.name}"`, `"${one.plan.name}-${nth}"`);
  const clone = <T>(value: T, nth: number): T => JSON.parse(renamed(JSON.stringify(value), nth)) as T;
  const plans = numbers.map((nth) => ({
    source: one.source,
    plan: { ...one.plan, name: `${one.plan.name}-${nth}`, target: clone(one.plan.target, nth) },
  }));
  const all = records.flatMap((record): JournalRecord[] => {
    if (record.t === 'submitted') return [{ ...record, plans: plans.map(({ source }) => source) }];
    return 'plan' in record || 'key' in record ? numbers.map((nth) => clone(record, nth)) : [record];
  });
  return { records: all, plans };
}

const hex = (nth: number) => nth.toString(16).padStart(4, '0');

/** The records of a run as they would be, had its target as many things like the one that these names are of. */
export function asManyItems(
  records: readonly JournalRecord[],
  names: readonly RegExp[],
  many: number,
): JournalRecord[] {
  const numbers = Array.from({ length: many }, (_, at) => at);
  const mentions = (value: unknown) => names.some((name) => new RegExp(name.source).test(JSON.stringify(value)));
  const clone = <T>(value: T, nth: number): T => {
    let text = JSON.stringify(value);
    for (const name of names)
      text = text.replaceAll(new RegExp(name.source, 'g'), (all) => `${all.slice(0, -4)}${hex(nth + 0x1000)}`);
    return JSON.parse(text) as T;
  };
  const wide = (value: unknown): unknown => {
    if (Array.isArray(value))
      return value.flatMap((one) => (mentions(one) ? numbers.map((nth) => clone(one, nth)) : [wide(one)]));
    if (value === null || typeof value !== 'object') return value;
    const members = Object.entries(value).flatMap((member): [string, unknown][] =>
      mentions(member[0]) ? numbers.map((nth) => clone(member, nth)) : [[member[0], wide(member[1])]],
    );
    return Object.fromEntries(members);
  };
  return records.flatMap((record) => {
    const item = 'key' in record ? record.key?.item : undefined;
    return item && mentions(item) ? numbers.map((nth) => clone(record, nth)) : [wide(record) as JournalRecord];
  });
}
