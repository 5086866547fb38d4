import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { parsePlan } from '../../src/plan/parse.ts';
import { planSchema } from '../../src/plan/schema.ts';
import { registry } from '../../src/steps/registry.ts';
import { full } from '../sweep/sampled.ts';

/** A map or a list, in which a list's items have their index as their name. */
type Tree = { [name: string]: unknown };

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;
const inside = (tree: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((found, name) => (isTree(found) ? found[name] : undefined), tree);

const schema: Tree = JSON.parse(JSON.stringify(planSchema(registry)));
const validate = new Ajv2020({ formats: { 'date-time': true }, allErrors: true, strictTypes: false }).compile(schema);
const files = readdirSync('plans').filter((file) => file.endsWith('.yaml'));
const plan = (file: string): Tree => parse(readFileSync(`plans/${file}`, 'utf8'));

/** What the schema says of a plan: where and what. That a branch was gone into says nothing by itself. */
function toldOf(given: unknown): readonly string[] {
  validate(given);
  const told = (validate.errors ?? []).filter(({ keyword }) => keyword !== 'if');
  return told.map(({ instancePath, keyword, params }) => {
    const { missingProperty: lacks, additionalProperty: has } = params;
    return `${instancePath.slice(1)} ${lacks ? `lacks ${lacks}` : has ? `has ${has}` : keyword}`;
  });
}

const isValid = (given: unknown) =>
  'plan' in parsePlan({ file: 'plan.yaml', text: stringify(given), sets: [] }, registry);

/** The path with a step's index for its id. */
function indexed(given: Tree, path: string): string {
  const steps = given['steps'] as readonly Tree[];
  return path.replace(/^steps\/([\w-]+)/, (_all, id) => `steps/${steps.findIndex((step) => step['id'] === id)}`);
}

/** The plan with another value at a path, where steps go by their ids; undefined takes it away. */
function changed(given: Tree, path: string, value: unknown): Tree {
  const names = indexed(given, path).split('/');
  const holder = inside(given, ...names.slice(0, -1));
  const name = names.at(-1) ?? '';
  if (!isTree(holder)) throw new Error(`there is no ${path}`);
  if (value === undefined) delete holder[name];
  else holder[name] = value;
  return given;
}

const gone = undefined;
const weekly = { cron: '0 1 * * SUN', timezone: 'Europe/Dublin', duration: '3h', cutoff: '30m' };
const instance = 'i-0123456789abcdef0';
const place = { instance, device: '/dev/xvdf', deleteOnTermination: false, root: false, running: true };
const ref = (path: string) => `\${{ ${path} }}`;

/** What a person who is new makes wrong in plans/ec2-instance.yaml: one thing each, and the only thing that is told. */
const broken: readonly (readonly [problem: string, path: string, value: unknown, told: string])[] = [
  ['an account that lost its quotes', 'account', 111122223333, 'account type'],
  ['an account that is too short', 'account', '1111', 'account pattern'],
  ['an unknown member of the plan', 'windows', {}, ' has windows'],
  ['a plan without steps', 'steps', gone, ' lacks steps'],
  ['an unknown type of target', 'target/type', 'ec2', 'target/type enum'],
  ['an id of another type of target', 'target/id', 'vol-0123456789abcdef0', 'target/id pattern'],
  ['a reference where none is read', 'keys/to', ref('keys.from'), 'keys/to pattern'],
  ['a cron expression of six fields', 'window', { ...weekly, cron: '0 0 1 * * SUN' }, 'window/cron pattern'],
  ['a time zone that is an offset', 'window', { ...weekly, timezone: '+01:00' }, 'window/timezone pattern'],
  ['a window without a cutoff', 'window', { ...weekly, cutoff: gone }, 'window lacks cutoff'],
  ['a duration in words', 'steps/soak/with/for', '7 days', 'steps/soak/with/for pattern'],
  ['a duration without a unit', 'steps/soak/with/for', 7, 'steps/soak/with/for type'],
  ['a hold without a duration', 'steps/soak/with', gone, 'steps/soak lacks with'],
  ['an unknown gate', 'steps/window/gate', 'windows', 'steps/window/gate enum'],
  ['a step that does nothing', 'steps/stop/uses', gone, 'steps/stop lacks uses'],
  ['an unknown type of step', 'steps/create/uses', 'ebs.restore-volume', 'steps/create/uses enum'],
  ['a step id with capitals', 'steps/discard-warm-up/id', 'WarmUp', 'steps/WarmUp/id pattern'],
  ['a step without `with`', 'steps/key/with', gone, 'steps/key lacks with'],
  ['a misspelt member', 'steps/stop/with/within', 30, 'steps/stop/with has within'],
  ['a member that is missing', 'steps/create/with/key', gone, 'steps/create/with lacks key'],
  ['a key by its alias', 'steps/create/with/key', 'alias/new', 'steps/create/with/key pattern'],
  ['a snapshot for a volume', 'steps/detach/with/volume', 'snap-0123456789', 'steps/detach/with/volume pattern'],
  [
    'a device with a space',
    'steps/attach/with/place',
    { ...place, device: 'disk 1' },
    'steps/attach/with/place/device pattern',
  ],
  ['unknown words of acceptance', 'steps/read/with/accept', ['public-ip'], 'steps/read/with/accept/0 enum'],
  [
    'an unknown type of volume',
    'steps/read/with/volumes/override',
    { '/dev/xvdf': { type: 'gp5' } },
    'steps/read/with/volumes/override/~1dev~1xvdf/type enum',
  ],
  ['`each` with a literal', 'steps/detach/each', 'volumes', 'steps/detach/each pattern'],
  ['`each` over what is no list', 'steps/detach/each', ref('item'), 'steps/detach/each pattern'],
  ['an order without `each`', 'steps/stop/inOrder', true, 'steps/stop lacks each'],
  ['an unknown beginning', 'steps/stop/with/instance', ref('targets.id'), 'steps/stop/with/instance pattern'],
  [
    'a reference left open',
    'steps/stop/with/instance',
    ref('target.id').slice(0, -2),
    'steps/stop/with/instance pattern',
  ],
  [
    'a reference inside a text',
    'steps/serve/with/probes',
    [['curl', `http://${ref('target.id')}`]],
    'steps/serve/with/probes/0/1 pattern',
  ],
  ['a verdict by hand', 'steps/delete/with/verdict', {}, 'steps/delete/with/verdict type'],
];

/** What a plan may have besides what the shipped ones have. */
const allowed: readonly (readonly [what: string, file: string, path: string, value: unknown])[] = [
  ['a window', 'ec2-instance.yaml', 'window', weekly],
  ['tags', 'ec2-instance.yaml', 'tags', { team: 'payments ü' }],
  ['what is accepted', 'ec2-instance.yaml', 'steps/read/with/accept', ['spot', 'hibernation']],
  ['an override', 'ec2-instance.yaml', 'steps/read/with/volumes', { override: { '/dev/xvdf': { iops: 4000 } } }],
  [
    'a probe with a reference',
    'ec2-instance.yaml',
    'steps/serve/with/probes',
    [['check', ref('target.id').replaceAll(' ', '')]],
  ],
  ['a place that is written out', 'ec2-instance.yaml', 'steps/warm-up/with/place', place],
  ['a final snapshot that stays', 'rds-instance.yaml', 'steps/delete/with/finalSnapshot', 'orders-last'],
];

describe('the JSON Schema of a plan', () => {
  test.each(files)('takes %s', (file) => {
    expect(toldOf(plan(file))).toEqual([]);
  });

  test.each(allowed)('takes %s', (_what, file, path, value) => {
    const given = changed(plan(file), path, value);
    expect(isValid(given)).toBe(true);
    expect(toldOf(given)).toEqual([]);
  });

  test('takes null where there may be nothing, and tells what is wrong with something', () => {
    const snapshot = { id: 'snap-0123456789', volume: ref('item.id'), startTime: '', source: null, after: null };
    const [path, made] = ['steps/create/with/snapshot', plan('ec2-instance.yaml')];
    expect(toldOf(changed(made, path, snapshot))).toEqual([]);
    expect(toldOf(changed(made, path, { ...snapshot, after: { instance: 'x', launchTime: '' }, source: 'y' }))).toEqual(
      [indexed(made, `${path}/source pattern`), indexed(made, `${path}/after/instance pattern`)],
    );
  });

  test.each(broken)('says where it is: %s', (_problem, path, value, told) => {
    const given = changed(plan('ec2-instance.yaml'), path, value);
    expect(toldOf(given)).toEqual([indexed(given, told)]);
    expect(isValid(given)).toBe(false);
  });

  test('takes whatever `rekey validate` takes', () => {
    let valid = 0;
    const way = fc.array(fc.nat(30), { minLength: 1, maxLength: 6 });
    const other = fc.constantFrom<unknown>(gone, null, true, 3, '', 'x', '7d', [], {}, ref('target.id'), ref('item'));
    const change = fc.tuple(way, fc.oneof(other, way));
    const takes = (file: string, changes: readonly (readonly [readonly number[], unknown])[]) => {
      const given = plan(file);
      for (const [path, value] of changes) put(given, path, isWay(value) ? takenFrom(given, value) : value);
      if (!isValid(given)) return;
      valid++;
      expect(toldOf(given)).toEqual([]);
    };
    const changes = fc.array(change, { minLength: 1, maxLength: full ? 2 : 1 });
    // The shortest is read in a fifth of the time.
    const those = full ? files : ['ebs-volume.yaml'];
    fc.assert(fc.property(fc.constantFrom(...those), changes, takes), { numRuns: full ? 400 : 150, seed: 1 });
    expect(valid).toBeGreaterThan(8);
  });

  test.each(registry.steps.map((one) => one.type))('lets every member of %s be a reference', (uses) => {
    const members = Object.keys(
      (inside(withOf(uses), 'properties') ?? inside(withOf(uses), 'else', 'properties')) as Tree,
    );
    const references = Object.fromEntries(members.map((name) => [name, ref('steps.x.y')]));
    const steps = [{ id: 'y', uses, with: references }];
    expect(toldOf({ ...plan('ec2-instance.yaml'), steps })).toEqual([]);
  });

  test('describes every member that a person writes, every type, and every choice', () => {
    const found = [...membersIn(schema, '#'), ...typesIn(schema)];
    expect(found.length).toBeGreaterThan(500);
    expect(found.filter(([, one]) => !isDescribed(one)).map(([at]) => at)).toEqual([]);
  });
});

function withOf(type: string): unknown {
  const branches = inside(schema, 'properties', 'steps', 'items', 'allOf') as readonly unknown[];
  const branch = branches.find((one) => inside(one, 'if', 'properties', 'uses', 'const') === type);
  return inside(branch, 'then', 'properties', 'with');
}

const isWay = (value: unknown): value is readonly number[] => Array.isArray(value) && value.length > 0;

/** Some place inside a plan. */
function placeOf(given: Tree, [first = 0, ...rest]: readonly number[]): readonly [holder: Tree, name: string] {
  const names = Object.keys(given);
  const name = names[first % names.length] ?? '';
  const inner = given[name];
  const further = rest.length > 0 && isTree(inner) && Object.keys(inner).length > 0;
  return further ? placeOf(inner, rest) : [given, name];
}

function takenFrom(given: Tree, way: readonly number[]): unknown {
  const [holder, name] = placeOf(given, way);
  return structuredClone(holder[name]);
}

function put(given: Tree, way: readonly number[], value: unknown): void {
  const [holder, name] = placeOf(given, way);
  if (value !== gone) holder[name] = value;
  else if (Array.isArray(holder)) holder.splice(Number(name), 1);
  else delete holder[name];
}

const conditions = ['if', 'default', 'enum', 'const', 'required', 'dependentRequired'];

/** Every member of every map, and every choice in a list; a condition is written by nobody. */
function membersIn(node: unknown, at: string): readonly (readonly [at: string, member: unknown])[] {
  if (!isTree(node)) return [];
  return Object.entries(node).flatMap(([key, inner]) => {
    if (conditions.includes(key)) return [];
    const path = `${at}/${key}`;
    const members = key === 'properties' && isTree(inner) ? Object.entries(inner) : [];
    const own = members.filter(([, one]) => one !== true).map(([name, one]) => [`${path}/${name}`, one] as const);
    const choices = key === 'items' && inside(inner, 'else', 'enum') !== undefined ? [[path, inner] as const] : [];
    return [...own, ...choices, ...membersIn(inner, path)];
  });
}

const typesIn = ({ $defs }: Tree) =>
  Object.entries($defs as Tree).map(([name, type]) => [`#/$defs/${name}`, type] as const);

/** By itself, or by the type that it is of. */
function isDescribed(member: unknown): boolean {
  if (typeof inside(member, 'description') === 'string') return true;
  const type = inside(member, '$ref') ?? inside(member, 'else', '$ref');
  return typeof type === 'string' && isDescribed(inside(schema, '$defs', type.replace('#/$defs/', '')));
}
