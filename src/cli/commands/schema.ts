import { answer } from '../screen.ts';
import { command, type MakeCommand } from './options.ts';

/** `rekey schema`: the JSON Schema of a plan. */
export const schemaCommand: MakeCommand = (end) =>
  command('schema', 'Print the JSON Schema of a plan, for editors and other tools.', [
    ['rekey schema > plan.schema.json', ''],
  ]).action(async () => {
    const [{ planSchema }, { registry }] = await Promise.all([
      import('../../plan/schema.ts'),
      import('../../steps/registry.ts'),
    ]);
    answer(JSON.stringify(planSchema(registry), null, 2));
    end(0);
  });
