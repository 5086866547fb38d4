import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { misfit, typeOf } from '../../src/plan/types.ts';

const VolumeId = z.string().meta({ id: 'TypesVolumeId' });
const SnapshotId = z.string().meta({ id: 'TypesSnapshotId' });
const Pair = z.strictObject({ id: VolumeId }).meta({ id: 'TypesPair' });
const Other = z.strictObject({ id: VolumeId }).meta({ id: 'TypesOther' });

interface Tree {
  readonly name: string;
  readonly children: readonly Tree[];
}
const Tree: z.ZodType<Tree> = z.strictObject({ name: z.string(), children: z.lazy(() => z.array(Tree)) });

/** Members of one object, so that optional ones can be compared as a plan meets them. */
function fits(source: z.ZodType, place: z.ZodType): boolean {
  const [from, to] = [typeOf(z.strictObject({ it: source }), 'output'), typeOf(z.strictObject({ it: place }), 'input')];
  return misfit(from, to) === undefined;
}

describe('a reference fits a place', () => {
  test.each<[string, z.ZodType, z.ZodType]>([
    ['of the same name', VolumeId, VolumeId],
    ['of the same name, described anew', VolumeId, VolumeId.describe('the original')],
    ['that is a union with its name', VolumeId, z.union([SnapshotId, VolumeId])],
    ['that takes any text', VolumeId, z.string()],
    ['that takes anything', Pair, z.unknown()],
    ['of the same shape, member by member', Pair, z.strictObject({ id: VolumeId, note: z.string().optional() })],
    ['list by list', z.array(VolumeId), z.array(VolumeId)],
    ['optional into optional', VolumeId.optional(), VolumeId.optional()],
    ['always there into optional', VolumeId, VolumeId.optional()],
    ['optional into what has a default', z.string().optional(), z.string().default('x')],
    ['nullable into nullable', VolumeId.nullable(), VolumeId.nullable()],
    ['with fewer choices', z.enum(['a']), z.enum(['a', 'b'])],
    ['of one literal into choices', z.literal('a'), z.enum(['a', 'b'])],
    ['choices into text', z.enum(['a', 'b']), z.string()],
    ['choices that match the pattern', z.enum(['ab', 'ac']), z.string().regex(/^a/)],
    [
      'optional maps into optional ones',
      z.strictObject({ id: VolumeId }).optional(),
      z.strictObject({ id: VolumeId }).optional(),
    ],
    ['of simple kinds', z.number(), z.union([z.string(), z.number()])],
    ['a whole number into a number', z.int(), z.number()],
    ['every member of a union', z.union([VolumeId, SnapshotId]), z.union([VolumeId, SnapshotId, z.null()])],
    ['map by map', z.record(z.string(), VolumeId), z.record(z.string(), VolumeId)],
    ['that holds itself', Tree, Tree],
    ['of the same pair of things', z.tuple([VolumeId, SnapshotId]), z.tuple([VolumeId, SnapshotId])],
  ])('%s', (_title, source, place) => {
    expect(fits(source, place)).toBe(true);
  });
});

describe('a reference does not fit a place', () => {
  test.each<[string, z.ZodType, z.ZodType]>([
    ['of another name', SnapshotId, VolumeId],
    ['of another name, though the shape is the same', Pair, Other],
    ['with a name, coming from plain text', z.string(), VolumeId],
    ['lists of one name into lists of another', z.array(SnapshotId), z.array(VolumeId)],
    ['a list into one', z.array(VolumeId), VolumeId],
    ['one into a list', VolumeId, z.array(VolumeId)],
    ['optional into required', VolumeId.optional(), VolumeId],
    ['nullable into what is never null', VolumeId.nullable(), VolumeId],
    ['nullable into optional', VolumeId.nullable(), VolumeId.optional()],
    [
      'with an optional member, inside an optional map',
      z.strictObject({ id: VolumeId.optional() }).optional(),
      z.strictObject({ id: VolumeId }).optional(),
    ],
    ['of one kind of two', z.union([z.string(), z.number()]), z.number()],
    ['without a required member', z.strictObject({}), z.strictObject({ id: VolumeId })],
    [
      'with a member that is optional there',
      z.strictObject({ id: VolumeId.optional() }),
      z.strictObject({ id: VolumeId }),
    ],
    ['with a member of another name', z.strictObject({ id: SnapshotId }), z.strictObject({ id: VolumeId })],
    ['with a member too many', z.strictObject({ id: VolumeId, more: z.string() }), z.strictObject({ id: VolumeId })],
    ['with more choices', z.enum(['a', 'b', 'c']), z.enum(['a', 'b'])],
    ['text into choices', z.string(), z.enum(['a', 'b'])],
    ['text into a pattern', z.string(), z.string().regex(/^a/)],
    ['a number into a whole one', z.number(), z.int()],
    ['a number into text', z.number(), z.string()],
    ['anything into something', z.unknown(), z.string()],
    ['one member of a union', z.union([VolumeId, SnapshotId]), VolumeId],
    ['map by map', z.record(z.string(), SnapshotId), z.record(z.string(), VolumeId)],
    ['another pair of things', z.tuple([VolumeId, VolumeId]), z.tuple([VolumeId, SnapshotId])],
  ])('%s', (_title, source, place) => {
    expect(fits(source, place)).toBe(false);
  });
});
