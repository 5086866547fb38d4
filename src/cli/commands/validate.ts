import { settingsOf } from '../../app/settings.ts';
import { problem } from '../../errors/index.ts';
import { printEvent } from '../json-lines.ts';
import { answer, safe } from '../screen.ts';
import { command, gather, type MakeCommand } from './options.ts';

/** `rekey validate`: everything that is wrong with plans, without touching AWS. */
export const validateCommand: MakeCommand = (end) =>
  command('validate', 'Check plans and print everything that is wrong with them. Touches nothing.', [
    ['rekey validate plans/*.yaml', ''],
    ['rekey validate plans/ec2-instance.yaml --set target.id=i-0123456789abcdef0', ''],
  ])
    .argument('<plan...>', 'plan files')
    .option('--set <path=value>', 'override a value, steps by their id; may be repeated', gather)
    .option('--json', 'one JSON object a line on stdout (docs/EVENTS.md)')
    .action(async (files: string[], options: { set?: readonly string[]; json?: boolean }) => {
      end(await check(files, options.set ?? [], options.json === true));
    });

async function check(files: readonly string[], sets: readonly string[], json: boolean): Promise<number> {
  const { checkTogether, readSources, validate } = await import('../../app/plans.ts');
  const parsed = await validate(await readSources(files, sets));
  const { formatProblem } = await import('../../plan/problem.ts');
  for (const { source, plan, problems } of parsed) {
    if (json)
      printEvent(settingsOf({}).clock.now(), 'plan.validated', {
        file: source.file,
        valid: plan !== undefined,
        problems,
      });
    else if (plan) answer(`${safe(source.file)}: valid (${plan.steps.length} steps)`);
  }
  const wrong = parsed.filter((one) => one.problems.length > 0);
  // What is given together is what `run` is given.
  if (!wrong.length) checkTogether(parsed.flatMap(({ plan }) => plan ?? []));
  if (!wrong.length) return 0;
  if (json) return 2;
  throw problem('plan-invalid', {
    file: wrong.map((one) => one.source.file).join(' '),
    problems: wrong.flatMap((one) => one.problems.map(formatProblem)),
  });
}
