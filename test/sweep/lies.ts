import type { JournalRecord } from '../../src/contract/record.ts';
import type { World } from '../support/world.ts';

/** The parameters of a call, or what was answered, as the SDK's types have them. */
export type Members = Record<string, unknown>;

/** What AWS is to do or to say instead of the truth; each counts how often it lied. */
interface Falsehood {
  /** Changes what was asked before it is carried out. True when it did. */
  asked?(operation: string, input: Members): boolean;
  /** Changes the answer after it was carried out. True when it did. */
  answered?(operation: string, output: Members): boolean;
}

/** Has the account lie to clients that reach it without a wire. */
export function falsify(world: World, falsehood: Falsehood): { lies: number } {
  const count = { lies: 0 };
  const honest = world.account.call;
  world.account.call = (service, operation, asked, accessKey) => {
    const input = structuredClone(asked) as Members;
    const changed = falsehood.asked?.(operation, input) === true;
    if (changed) count.lies++;
    const answer = honest(service, operation, changed ? input : asked, accessKey);
    if (answer.kind !== 'answer' || !falsehood.answered) return answer;
    const output = structuredClone(answer.response) as Members;
    if (!falsehood.answered(operation, output)) return answer;
    count.lies++;
    return { ...answer, response: output };
  };
  return count;
}

/** Sets or removes parameters of a call; true, so that it counts. */
export function put(input: Members, values: Members): true {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete input[name];
    else input[name] = value;
  }
  return true;
}

/** Says something else wherever a member of this name is, however deep. True when that changed anything. */
export function say(where: unknown, name: string, instead: (value: unknown) => unknown): boolean {
  if (typeof where !== 'object' || where === null) return false;
  let changed = false;
  for (const [member, value] of Object.entries(where as Members)) {
    const other = member === name ? instead(value) : value;
    if (other !== value) {
      (where as Members)[member] = other;
      changed = true;
    } else if (say(value, name, instead)) changed = true;
  }
  return changed;
}

/** Renames the tag with this key in a create call. */
export function retag(input: Members, key: string, instead: string): boolean {
  return say(input, 'Key', (value) => (value === key ? instead : value));
}

/** The journal as a verify step with a bug would have left it: the final verdict on a database or cluster says something else. */
export function withVerdict(disk: readonly JournalRecord[], change: Record<string, unknown>): JournalRecord[] {
  return disk.map((record) =>
    record.t === 'done' && record.key.step === 'serve'
      ? (JSON.parse(
          JSON.stringify({ ...record, output: { ...(record.output as object), ...change } }),
        ) as JournalRecord)
      : record,
  );
}
