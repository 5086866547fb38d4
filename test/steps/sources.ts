import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const steps = fileURLToPath(new URL('../../src/steps', import.meta.url));

/** All modules of the steps of the services, with what stands in each. */
const modules = readdirSync(steps, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.includes(sep) && file.endsWith('.ts'))
  .map((file) => ({ file, text: readFileSync(join(steps, file), 'utf8') }));

/** Where a step type is given to a definition, or stands in the table of its kind, with the sentence above it. */
export function homesOf(type: string): { readonly file: string; readonly sentence: string | undefined }[] {
  const name = type.replace('.', '\\.');
  const definition = new RegExp(
    `(?:/\\*\\* ([^*]+) \\*/\nexport const \\w+ = )?define\\w+\\(\\{\n\\s*type: '${name}',`,
  );
  const row = new RegExp(`(?:/\\*\\* ([^*]+) \\*/\n\\s*)?\\b\\w+: '${name}',`);
  return modules.flatMap(({ file, text }) => {
    const found = (file.includes(`${sep}kinds${sep}`) ? row : definition).exec(text);
    return found ? [{ file, sentence: found[1] }] : [];
  });
}
