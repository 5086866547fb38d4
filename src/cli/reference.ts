import type { EffectDefinition, Registry, StepDefinition } from '../contract/step.ts';
import type { ErrorEntry } from '../errors/entry.ts';
import { describe, descriptionOf, memberNames, memberOf, type Type, typeOf } from '../plan/types.ts';

/** docs/STEPS.md: every step that a plan may use. `sentenceOf` gives the sentence that its source says about it, where it has one. */
export function stepsReference<S>(registry: Registry<S>, sentenceOf: (type: string) => string | undefined): string {
  const steps = [...registry.steps].sort((a, b) => (a.type < b.type ? -1 : 1));
  const named = new Map<string, Type>();
  const sections = steps.map((step) => stepSection(step, sentenceOf(step.type), named));
  const types = [...named].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, type]) => typeSection(name, type, named));
  return page(
    'Steps',
    [
      'Every step that a plan may use, with its input and output. A **read** changes nothing, an **effect** is one AWS call that changes something, and a **verify** judges pairs of original and replacement. The hazard of an effect says what it does to the target or to data: `additive` makes something new, `disruptive` changes the target, `destructive` deletes an original, `discard` deletes something that the run itself has made.',
      'A name such as [VolumeId](#volumeid) is a type: a reference is valid only where its type is needed. Words in capitals stand for values. "Left out" says what happens if you do not give a value.',
    ],
    [table(['step', 'kind', 'hazard'], steps.map(indexRow)), ...sections, '## Types', ...types],
  );
}

/** docs/ERRORS.md: every error that rekey raises on purpose. */
export function errorsReference(catalogue: { readonly [name: string]: ErrorEntry<never> }): string {
  const entries = Object.entries(catalogue);
  const exits = [...new Set(entries.map(([, { exit }]) => exit))].sort((a, b) => a - b);
  const sections = exits.map((exit) => {
    const rows = entries
      .filter(([, entry]) => entry.exit === exit)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [code(name), entry.title, told(entry.message), told(entry.hint)]);
    return `## Exit code ${exit}: ${exitMeanings[exit] ?? ''}\n\n${table(['name', 'title', 'message', 'what to do'], rows)}`;
  });
  return page(
    'Errors',
    [
      'Every error that rekey raises on purpose, by its exit code. With each error rekey prints what happened, what exists now and the exact next command. Words in capitals stand for values. Exit code 0 means "done" and 3 means "paused": they are not errors. 130 means "interrupted". A run that ends with `nothing-to-do` alone exits with 0: everything is as its plans want it.',
    ],
    sections,
  );
}

/** The part of docs/RUNBOOK.md that is made of the catalogue: each failure of a run on AWS, the gravest exit codes first. */
export function failuresReference(catalogue: { readonly [name: string]: ErrorEntry<never> }): string {
  const failures = Object.entries(catalogue).flatMap(([name, entry]) =>
    name === 'nothing-to-do' || isOfSimulation(entry) ? [] : [entry],
  );
  const sections = gravest.map((exit) => {
    const rows = failures
      .filter((entry) => entry.exit === exit)
      .sort((a, b) => (a.title < b.title ? -1 : 1))
      .map((entry) => [
        `**${entry.title}**: ${told(entry.message)}`,
        ...(exit === 2 ? [] : [entry.course === 'unwind' ? 'undoes' : 'leaves']),
        told(entry.hint),
      ]);
    const head = ['rekey says', ...(exit === 2 ? [] : ['then']), 'what to do'];
    return `### Exit code ${exit}: ${exitMeanings[exit] ?? ''}\n\n${table(head, rows)}`;
  });
  return sections.join('\n\n');
}

/** A page with what stands between its two marker comments replaced. Throws where it has not both, in this order. */
export function withFailures(page: string, failures: string): string {
  const parts = /^([\s\S]*<!-- failures: [^\n]* -->\n)[\s\S]*?(<!-- end of failures -->[\s\S]*)$/.exec(page);
  if (!parts) throw new Error('the page lacks the marker comments between which the failures stand');
  return `${parts[1]}\n${failures}\n\n${parts[2]}`;
}

// What operators meet at night comes first; what is refused before anything is touched comes last.
const gravest = [4, 6, 1, 5, 2] as const;

const isOfSimulation = ({ title, hint }: ErrorEntry<never>) => /simulat|demo\b/i.test(`${title} ${told(hint)}`);

/** docs/EVENTS.md: every line that `--json` prints. */
export function eventsReference(schema: { readonly oneOf?: unknown }): string {
  const events = (schema.oneOf ?? []) as readonly EventSchema[];
  const sections = events.map(({ description = '', properties, required = [] }) => {
    const rows = Object.entries(properties)
      .filter(([name]) => !['v', 'type', 'at'].includes(name))
      .map(([name, member]) => [
        code(name),
        `${kindOf(member)}${required.includes(name) ? '' : ', may be absent'}`,
        member.description ?? '',
      ]);
    return [`## ${properties['type']?.const ?? ''}`, description, table(['member', 'what', ''], rows)].join('\n\n');
  });
  return page(
    'Events',
    [
      'With `--json` each line on stdout is one JSON object, from the first refusal on; text for people goes to stderr. Each object has `v` (1), its `type`, and `at`, the time by the clock of the run (ISO 8601). `schema/events.schema.json` is their JSON Schema, and whole runs are held against it by a test. A later version may add a type that is not here: ignore it.',
      'The events of a run go from `run.started` to `run.finished`. What is refused before there is a run is an `error`.',
    ],
    sections,
  );
}

interface EventSchema {
  readonly description?: string;
  readonly properties: { readonly [name: string]: MemberSchema };
  readonly required?: readonly string[];
}

interface MemberSchema {
  readonly description?: string;
  readonly type?: string;
  readonly const?: string;
  readonly format?: string;
  readonly enum?: readonly string[];
  readonly items?: MemberSchema;
  readonly anyOf?: readonly MemberSchema[];
}

function kindOf({ type, enum: words, format, items, anyOf }: MemberSchema): string {
  if (anyOf) return anyOf.map(kindOf).join(' or ');
  if (words) return words.map(code).join(', ');
  if (format === 'date-time') return 'time';
  if (type === 'array') return `list of ${items ? kindOf(items) : 'values'}`;
  return type ?? 'value';
}

const exitMeanings: { readonly [exit: number]: string } = {
  1: 'failed',
  2: 'bad usage or invalid plan',
  4: 'verification failed, nothing deleted',
  5: 'held by another runner',
  6: 'drift or stale plan',
  130: 'interrupted',
};

function page(title: string, intro: readonly string[], sections: readonly string[]): string {
  const note = '<!-- Made by `npm run docs`; a test fails when it is stale. -->';
  return `${[`# ${title}`, note, ...intro, ...sections].join('\n\n')}\n`;
}

function indexRow<S>(step: StepDefinition<S>): string[] {
  return [`[${step.type}](#${step.type.replace('.', '')})`, step.kind, step.kind === 'effect' ? step.hazard : ''];
}

function stepSection<S>(step: StepDefinition<S>, sentence: string | undefined, named: Map<string, Type>): string {
  const facts = [
    `- Shown as: ${told(step.title)}`,
    ...(step.kind === 'effect' ? effectFacts(step) : []),
    ...(step.kind === 'read' ? [] : [`- Must be done within: ${duration(step.settleWithinMs)}`]),
    `- Permissions: ${step.permissions.map(code).join(', ') || 'none'}`,
    ...(step.optionalPermissions
      ? [
          `- Optional permissions (without them it goes on, and says so): ${step.optionalPermissions.map(code).join(', ')}`,
        ]
      : []),
  ];
  return [
    `## ${step.type}`,
    ...(sentence === undefined ? [] : [sentence]),
    facts.join('\n'),
    members('input', typeOf(step.input, 'input'), named),
    members('output', typeOf(step.output, 'output'), named),
  ].join('\n\n');
}

const repeats = {
  token: 'rekey repeats the call; AWS recognises it by its client token, so nothing is made twice',
  convergent: 'rekey repeats the call; a second one has the same result',
  none: 'rekey searches for the result, and repeats the call only when it is certain that the result does not exist',
} as const;

function effectFacts<S>(step: EffectDefinition<S, unknown, unknown>): string[] {
  const undo = typeof step.undo === 'function' ? 'an unwinding undoes it' : step.undo;
  return [
    `- Kind: effect, ${step.hazard}`,
    `- If AWS never answers: ${repeats[step.repeat]}`,
    `- Undo: ${undo}`,
    ...(step.slot === undefined ? [] : [`- Uses one of the account's ${code(step.slot)} until it is done`]),
    ...(step.hazard === 'disruptive' && step.writePoint ? ['- May be the write point'] : []),
  ];
}

function typeSection(name: string, type: Type, named: Map<string, Type>): string {
  const description = descriptionOf(type);
  const body = memberNames(type).length > 0 ? [members('member', type, named)] : [`\`${describe(bareOf(type))}\``];
  return [`### ${name}`, ...(description === undefined ? [] : [description]), ...body].join('\n\n');
}

/** The type without its own name, so that it is described by what it is. */
function bareOf(type: Type): Type {
  const { node } = type;
  return node.$ref === undefined ? type : { ...type, node: type.defs[node.$ref.split('/').at(-1) ?? ''] ?? {} };
}

function members(head: string, type: Type, named: Map<string, Type>): string {
  const rows = rowsOf(type, '', named);
  return rows.length === 0 ? `No ${head}.` : table([head, 'type', 'required', 'meaning'], rows);
}

function rowsOf(type: Type, at: string, named: Map<string, Type>): string[][] {
  return memberNames(type).flatMap((name) => {
    const member = memberOf(type, name);
    if (member === undefined) return [];
    note(member, named);
    const said = member.node.$ref === undefined ? descriptionOf(member) : member.node.description;
    const inner = describe(member) === 'a map' ? rowsOf(member, `${at}${name}.`, named) : [];
    const fallback = member.node.default === undefined ? '' : `default \`${JSON.stringify(member.node.default)}\``;
    const meaning = [said, fallback].filter(Boolean).join('; ');
    return [[code(at + name), linked(describe(member), named), member.optional ? '' : 'yes', meaning], ...inner];
  });
}

/** Remembers every named type in reach, so that each gets a section. */
function note(type: Type, named: Map<string, Type>): void {
  for (const [name, node] of Object.entries(type.defs)) {
    if (name === '#' || name.startsWith('__schema') || named.has(name)) continue;
    named.set(name, { node, defs: type.defs, optional: false });
  }
}

function linked(text: string, named: ReadonlyMap<string, Type>): string {
  return text
    .split(' ')
    .map((word) => (named.has(word) ? `[${word}](#${word.toLowerCase()})` : word))
    .join(' ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const cell = (text: string) =>
  text
    .trim()
    .replaceAll('|', '\\|')
    .replaceAll(/\s*\n\s*/g, ' ');
const code = (text: string) => `\`${text}\``;

function duration(ms: number): string {
  const minutes = ms / 60_000;
  return minutes % 60 === 0 ? `${minutes / 60} h` : `${minutes} min`;
}

/** What a teller says, with the names of the values in place of the values. */
function told<P>(tell: (params: P) => string): string {
  // Numbers are computed with before they are told, so their names are lost on the way.
  return tell(placeholder('') as P).replaceAll('NaN', 'N');
}

// Not all that lists and texts have: `values`, `keys` and `at` are names of values too.
const listMethods: ReadonlySet<string> = new Set([
  'join',
  'map',
  'flatMap',
  'filter',
  'slice',
  'some',
  'every',
  'find',
]);
const textMethods: ReadonlySet<string> = new Set([
  'includes',
  'startsWith',
  'endsWith',
  'replace',
  'replaceAll',
  'split',
]);

/** Stands for any value: text and lists tell their own name in capitals, members stand for values in turn. */
function placeholder(name: string): unknown {
  const text = name.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toUpperCase();
  const list = () => [placeholder(name.replace(/s$/, ''))];
  return new Proxy(
    {},
    {
      get(_target, key) {
        if (key === Symbol.toPrimitive) return (hint: string) => (hint === 'number' ? Number.NaN : text);
        if (key === Symbol.iterator) return () => list().values();
        if (typeof key === 'symbol') return undefined;
        // Told only when it is not the default.
        if (key === 'stateDir') return '.rekey';
        if (key === 'toJSON' || key === 'toString') return () => text;
        if (key === 'length') return 2;
        if (key === '0') return list()[0];
        const value = listMethods.has(key) ? list() : textMethods.has(key) ? text : undefined;
        if (value === undefined) return placeholder(key);
        const method: unknown = Reflect.get(Object(value), key);
        return typeof method === 'function' ? method.bind(value) : undefined;
      },
    },
  );
}
