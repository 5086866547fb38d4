import * as z from 'zod';

type Schema = z.core.JSONSchema.BaseSchema;

/** The type of a value in a plan: a JSON Schema node, whose `$ref`s to `defs` are its names (`VolumeId`). */
export interface Type {
  readonly node: Schema;
  readonly defs: { readonly [name: string]: Schema };
  /** It may be missing altogether. */
  readonly optional: boolean;
}

// Steps' schemas live as long as the process, and a fleet's plans ask for the same ones.
const known = { input: new WeakMap<z.ZodType, Type>(), output: new WeakMap<z.ZodType, Type>() };

/** The type that a schema takes (`input`) or yields (`output`). */
export function typeOf(schema: z.ZodType, io: 'input' | 'output'): Type {
  const before = known[io].get(schema);
  if (before !== undefined) return before;
  const node = z.toJSONSchema(schema, { io, reused: 'inline', unrepresentable: 'any' });
  const type = { node, defs: { ...node.$defs, '#': node }, optional: node.default !== undefined };
  known[io].set(schema, type);
  return type;
}

/** A list of these. */
export function listOf(type: Type): Type {
  return { node: { type: 'array', items: type.node }, defs: type.defs, optional: false };
}

/** What a list holds; undefined when it isn't a list. */
export function itemOf(type: Type, index = 0, of: 'every' | 'some' = 'every'): Type | undefined {
  return through(type, of, (node) => {
    if (isAny(node)) return { node, optional: false };
    if (node.type !== 'array') return undefined;
    const item = node.prefixItems?.[index] ?? (Array.isArray(node.items) ? node.items[index] : (node.items ?? {}));
    return typeof item === 'object' ? { node: item, optional: false } : undefined;
  });
}

/** The member `name` of a map; undefined when it has none. */
export function memberOf(type: Type, name: string, of: 'every' | 'some' = 'every'): Type | undefined {
  return through(type, of, (node) => {
    if (isAny(node)) return { node, optional: false };
    const own = Object.hasOwn(node.properties ?? {}, name) ? node.properties?.[name] : undefined;
    const member = own ?? node.additionalProperties;
    if (typeof member !== 'object') return undefined;
    return { node: member, optional: own === undefined || !node.required?.includes(name) };
  });
}

/** The names that a map's members can have. */
export function memberNames(type: Type): readonly string[] {
  const names = flat(type).flatMap((one) => Object.keys(one.node.properties ?? {}));
  return [...new Set(names)];
}

/** The type of a place inside a written value, whichever members of a union have it; undefined when nothing can stand there. */
export function typeAt(type: Type, path: readonly PropertyKey[]): Type | undefined {
  let found: Type | undefined = type;
  for (const step of path) {
    found = found && (typeof step === 'number' ? itemOf(found, step, 'some') : memberOf(found, String(step), 'some'));
  }
  return found;
}

/** Whether a value of this JSON kind can stand here. */
export function takes(type: Type, kind: string): boolean {
  return flat(type).some(
    ({ node }) => isAny(node) || node.type === kind || (node.type === 'integer' && kind === 'number'),
  );
}

/** The type in the operator's words: a name where it has one. */
export function describe(type: Type): string {
  const name = nameOf(type.node);
  if (name !== undefined) return name;
  const several = spread(type);
  if (several.length > 1) return several.map(describe).join(' or ');
  const node = bare(type);
  const values = valuesOf(node);
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' or ');
  const item = node.type === 'array' ? itemOf(type) : undefined;
  if (item !== undefined) return `a list of ${describe(item)}`;
  const words: { readonly [kind: string]: string } = {
    string: 'text',
    object: 'a map',
    boolean: 'true or false',
    null: 'null',
    number: 'a number',
    integer: 'a whole number',
    array: 'a list',
  };
  return words[String(node.type)] ?? 'anything';
}

/** What the schema itself says: of the place, and of the type that it has, where it says anything. */
export function descriptionOf(type: Type): string | undefined {
  const [place, named] = [type.node.description, bare(type).description];
  return place === undefined || named === undefined || place === named ? (place ?? named) : `${place}: ${named}`;
}

/** Why a value of type `source` can't stand where `place` is asked for; undefined when it can. */
export function misfit(source: Type, place: Type, depth = 0): string | undefined {
  if (source.optional && !place.optional) return 'it may be missing, and is required here';
  const places = spread(place);
  const name = nameOf(source.node);
  // A recursive type has been compared often enough by then.
  if (depth > 16 || places.some((one) => isAny(one.node) || (name !== undefined && nameOf(one.node) === name)))
    return undefined;
  const sources = spread({ ...source, node: bare(source) });
  const [only] = sources;
  if (sources.length !== 1 || only === undefined) {
    return sources.map((one) => misfit(one, { ...place, optional: true }, depth + 1)).find((why) => why !== undefined);
  }
  const reasons = places.map((one) => structural(name === undefined ? only : source, one, depth) ?? '');
  if (reasons.includes('')) return undefined;
  return reasons.length === 1 ? reasons[0] : `it is ${describe(source)}, and ${describe(place)} is needed here`;
}

function structural(source: Type, place: Type, depth: number): string | undefined {
  const other = `it is ${describe(source)}, and ${describe(place)} is needed here`;
  if (nameOf(place.node) !== undefined) return other;
  const [from, to] = [bare(source), bare(place)];
  const [values, allowed] = [valuesOf(from), valuesOf(to)];
  if (allowed !== undefined) return values?.every((value) => allowed.includes(value)) ? undefined : other;
  if (from.type === undefined || (from.type !== to.type && !(from.type === 'integer' && to.type === 'number')))
    return other;
  if (to.type === 'string' && to.pattern !== undefined && from.pattern !== to.pattern) {
    const pattern = new RegExp(to.pattern);
    return values?.every((value) => pattern.test(String(value))) ? undefined : other;
  }
  const [there, needed] = [source, place].map((type) => ({ ...type, optional: false })) as [Type, Type];
  if (to.type === 'array') return misfitOfItems(there, needed, depth);
  return to.type === 'object' ? misfitOfMembers(there, needed, depth) : undefined;
}

function misfitOfItems(source: Type, place: Type, depth: number): string | undefined {
  const lengths = [source, place].map((type) => bare(type).prefixItems?.length ?? -1);
  if (lengths[0] !== lengths[1]) return `it is ${describe(source)}, and a list of another shape is needed here`;
  for (let index = 0; index < Math.max(1, lengths[1] ?? 0); index++) {
    const [from, to] = [itemOf(source, index), itemOf(place, index)];
    const why = from && to && misfit(from, to, depth + 1);
    if (why !== undefined) return `of its items: ${why}`;
  }
  return undefined;
}

function misfitOfMembers(source: Type, place: Type, depth: number): string | undefined {
  for (const name of new Set([...memberNames(place), ...memberNames(source)])) {
    const [from, to] = [memberOf(source, name), memberOf(place, name)];
    if (from === undefined && to?.optional === false) return `it has no \`${name}\`, which is required here`;
    if (to === undefined && bare(place).additionalProperties === false)
      return `it has \`${name}\`, which is not known here`;
    const why = from && to && misfit(from, to, depth + 1);
    if (why !== undefined) return `of its \`${name}\`: ${why}`;
  }
  const [from, to] = [bare(source).additionalProperties, bare(place).additionalProperties];
  if (typeof from !== 'object' || typeof to !== 'object') return undefined;
  return misfit({ ...source, node: from }, { ...place, node: to, optional: true }, depth + 1);
}

function nameOf(node: Schema): string | undefined {
  const name = node.$ref?.split('/').at(-1);
  // zod's own names for the places where a schema holds itself.
  return name === '#' || name?.startsWith('__schema') ? undefined : name;
}

function bare(type: Type): Schema {
  let node = type.node;
  while (node.$ref !== undefined) node = type.defs[node.$ref.split('/').at(-1) ?? ''] ?? {};
  return node;
}

/** The members of a union, its names kept whole; a single type is a union of one. */
function spread(type: Type): readonly Type[] {
  const node = nameOf(type.node) === undefined ? bare(type) : type.node;
  const kinds = Array.isArray(node.type) ? node.type.map((type) => ({ ...node, type })) : undefined;
  const several = node.anyOf ?? node.oneOf ?? kinds;
  return (
    several?.flatMap((one) => (typeof one === 'object' ? spread({ ...type, node: one as Schema }) : [])) ?? [
      { ...type, node },
    ]
  );
}

/** The members of a union, names looked through. */
function flat(type: Type): readonly Type[] {
  return spread({ ...type, node: bare(type) }).flatMap((one) => (one.node.$ref === undefined ? [one] : flat(one)));
}

/** Steps into the members of a union. What comes from a value (`every`) may be missing as soon as it is in one of them. */
function through(
  type: Type,
  of: 'every' | 'some',
  into: (node: Schema) => { node: Schema; optional: boolean } | undefined,
): Type | undefined {
  const all = flat(type);
  const maps = all.filter((one) => one.node.type !== 'null');
  const found = maps.flatMap((one) => into(one.node) ?? []);
  const [first] = found;
  if (first === undefined || (of === 'every' && found.length < maps.length)) return undefined;
  const missing = type.optional || maps.length < all.length || found.some((one) => one.optional);
  const optional = of === 'every' ? missing : found.every((one) => one.optional);
  const node = found.length === 1 ? first.node : { anyOf: found.map((one) => one.node) };
  return { node, defs: type.defs, optional };
}

function valuesOf(node: Schema): readonly unknown[] | undefined {
  return node.const === undefined ? node.enum : [node.const];
}

function isAny(node: Schema): boolean {
  const shaping = ['$ref', 'type', 'const', 'enum', 'anyOf', 'oneOf', 'allOf', 'not'];
  return !shaping.some((keyword) => keyword in node);
}
