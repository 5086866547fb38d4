import type { Plan } from '../../src/contract/plan.ts';
import { parsePlan } from '../../src/plan/parse.ts';
import type { PlanProblem } from '../../src/plan/problem.ts';
import { toyRegistry } from './toy-registry.ts';

/** A reference as a plan writes it. */
export const ref = (path: string) => `"\${{ ${path} }}"`;

const head = `version: 1
name: orders-api
account: "111122223333"
region: eu-west-1
target: { type: ec2-instance, id: i-0123456789abcdef0 }
keys: { from: alias/old, to: alias/new }
`;

const steps = `steps:
  - { id: key, uses: kms.check-key, with: { from: ${ref('keys.from')}, to: ${ref('keys.to')} } }
  - { id: read, uses: ec2.read-instance, with: { instance: ${ref('target.id')}, keys: ${ref('steps.key')} } }
`;

/** A plan that checks its keys and reads its instance, then does `more`. */
export function planText(more = '', window = ''): string {
  return `${head}${window}${steps}${more}`;
}

/** The plan, or an error that lists what is wrong with it. */
export function planOf(text: string, sets: readonly string[] = []): Plan {
  const parsed = parsePlan({ file: 'plan.yaml', text, sets }, toyRegistry);
  if ('plan' in parsed) return parsed.plan;
  throw new Error(parsed.problems.map((problem) => `${problem.line}:${problem.column} ${problem.message}`).join('\n'));
}

/** What is wrong with a plan; none when it is valid. */
export function problemsOf(text: string, sets: readonly string[] = []): readonly PlanProblem[] {
  const parsed = parsePlan({ file: 'plan.yaml', text, sets }, toyRegistry);
  return 'problems' in parsed ? parsed.problems : [];
}

/** Only the messages. */
export function messagesOf(text: string, sets: readonly string[] = []): readonly string[] {
  return problemsOf(text, sets).map((problem) => problem.message);
}
