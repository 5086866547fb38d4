import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const steps = fileURLToPath(new URL('../../src/steps', import.meta.url));

/** All modules of the steps of a service, with what stands in each. */
const modules = readdirSync(steps, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.includes(sep) && file.endsWith('.ts'))
  .map((file) => ({ file, service: file.split(sep)[0] ?? '', text: readFileSync(join(steps, file), 'utf8') }));

/** Where a step type has its name, with the sentence above it: a step is named as its file is, or in the table of its kind. */
export function homesOf(type: string): { readonly file: string; readonly sentence: string | undefined }[] {
  const [service = '', name = ''] = type.split('.');
  const own = modules.filter((one) => one.service === service && basename(one.file) === `${name}.ts`);
  const ofFiles = own.flatMap(({ file, text }) => {
    const sentence = /\/\*\* ([^*]+) \*\/\nexport const \w+ = define/.exec(text)?.[1];
    return text.includes(`type: '${type}',`) ? [{ file, sentence }] : [];
  });
  const row = new RegExp(`(?:/\\*\\* ([^*]+) \\*/\n\\s*)?\\b\\w+: '${type.replace('.', '\\.')}',`);
  const ofKinds = modules.flatMap(({ file, text }) => {
    const found = file.includes(`${sep}kinds${sep}`) ? row.exec(text) : null;
    return found ? [{ file, sentence: found[1] }] : [];
  });
  return [...ofFiles, ...ofKinds];
}
