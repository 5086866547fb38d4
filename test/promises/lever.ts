import type { PlanSource } from '../../src/contract/plan.ts';
import type { JournalRecord } from '../../src/contract/record.ts';
import {
  type Crash,
  instancePlan,
  inWorld,
  type Life,
  type ProcessOptions,
  twoVolumes,
  type World,
} from '../support/world.ts';

export const instance = 'i-0123456789abcdef0';
export const root = 'vol-00000000000000001';
export const data = 'vol-00000000000000002';
export const loose = 'vol-00000000000000003';
export const stoppedBox = twoVolumes.replace('type: m5.large', 'type: m5.large\n    state: stopped');
export const minute = 60_000;

/** Has AWS refuse an operation for want of a permission: once, if nothing else is said. */
export function refuse(world: World, operation: string, more: { readonly times?: number } = { times: 1 }): void {
  world.account.faults.add({ operation, kind: 'error', code: 'UnauthorizedOperation', status: 403, ...more });
}

/** For `beforeCall`: does something right before the first call of an operation. */
export function beforeFirst(operation: string, deed: () => void): (called: string) => void {
  let done = false;
  return (called) => {
    if (called !== operation || done) return;
    done = true;
    deed();
  };
}

/** The crash right after the first record that matches, as a clean run of the same scenario has it. */
export async function afterRecord(
  is: (record: JournalRecord) => boolean,
  options: ProcessOptions = {},
  scenario = twoVolumes,
): Promise<Crash> {
  const clean = await inWorld(scenario, (world) => world.process([], options));
  const number = clean.disk.findIndex(is) + 1;
  if (!number) throw new Error('no such record in a clean run');
  return { record: { number, when: 'crash-after' } };
}

/** The crash before the nth call of an operation. */
export async function beforeOperation(
  operation: string,
  nth = 1,
  options: ProcessOptions = {},
  scenario = twoVolumes,
): Promise<Crash> {
  const clean = await inWorld(scenario, (world) => world.process([], options));
  let seen = 0;
  const number = clean.sent.findIndex((one) => one === operation && ++seen === nth) + 1;
  if (!number) throw new Error('no such call in a clean run');
  return { call: { number, when: 'before' } };
}

export const records = (life: Life, t: JournalRecord['t']) => life.disk.filter((record) => record.t === t);

export const withText = (plan: PlanSource, change: (text: string) => string): PlanSource => ({
  ...plan,
  text: change(plan.text),
});
export const withSets = (plan: PlanSource, ...sets: string[]): PlanSource => ({
  ...plan,
  sets: [...plan.sets, ...sets],
});
export { instancePlan };
