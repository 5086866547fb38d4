import * as z from 'zod';
import { written } from './problem.ts';
import { referenceForms } from './reference.ts';

const unitMs = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A cron expression of a window. croner reads ? as now, and a plan must mean the same whenever it is read. */
export const fiveFields = /^[\w*/,#-]+( +[\w*/,#-]+){4}$/;

// Every name of a time zone has this form; whether there is one of the name is asked of Intl.
const zoneForm = /^[A-Za-z][\w.+-]*(\/[\w.+-]+)*$/;

/** `90s`, `30m`, `3h`, `7d`; yields milliseconds. */
const Duration = z
  .string()
  .regex(/^(0|[1-9]\d{0,4})[smhd]$/)
  .describe('one number and one unit: 90s, 30m, 3h or 7d')
  .transform((text) => Number(text.slice(0, -1)) * unitMs[text.slice(-1) as keyof typeof unitMs]);

const Key = z
  .string()
  .regex(
    /^(alias\/[\w/-]{1,250}|(mrk-[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})|arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:(key\/[\w-]+|alias\/[\w/-]+))$/,
  )
  .describe('a KMS key: alias/<name>, a key id, or the ARN of either');

// 50 tags a resource, of which a replacement needs six itself; what it carries is counted when it is read.
const mostTags = 44;

/** Tags of the operator's own, as every service of AWS takes them. */
const Tags = z
  .record(
    z.string().superRefine((key, { addIssue }) => {
      const message = wrongKey(key);
      if (message !== undefined) addIssue({ code: 'custom', message });
    }),
    z
      .string()
      .max(256)
      .regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u)
      .describe('the value of a tag: at most 256 letters, digits, spaces and + - = . _ : / @'),
  )
  .refine((tags) => Object.keys(tags).length <= mostTags, `there is room for ${mostTags} tags`)
  .describe('tags of your own on the snapshots and replacements that are made: { team: payments }');

function wrongKey(key: string): string | undefined {
  if (/^aws:/i.test(key)) return 'only AWS sets tags that begin with aws:';
  if (/^rekey:/i.test(key)) return 'tags that begin with rekey: are those of rekey itself';
  if (key.length < 1 || key.length > 128) return `its key has ${key.length} characters, not 1 to 128`;
  return /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u.test(key)
    ? undefined
    : 'its key has other characters than letters, digits, spaces and + - = . _ : / @';
}

const StepId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/)
  .describe('small letters, digits and dashes, beginning with a letter');

/** A whole plan; its steps are read one by one. */
export const PlanShape = z
  .strictObject({
    version: z.literal(1).describe('the version of the plan language: 1'),
    name: z
      .string()
      .regex(/^[a-z0-9-]{1,63}$/)
      .describe('small letters, digits and dashes, at most 63; unique in a run'),
    account: z
      .string()
      .regex(/^\d{12}$/)
      .describe('the twelve digits of the AWS account, in quotes: "111122223333"'),
    region: z
      .string()
      .regex(/^[a-z]{2}(-[a-z]+)+-\d{1,2}$/)
      .describe('an AWS region, for example eu-west-1'),
    target: z
      .strictObject({
        type: z.string().describe('the kind of target, for example ec2-instance'),
        id: z.string().describe('the id of the target, for example i-0123456789abcdef0'),
      })
      .describe('what is re-keyed: { type: …, id: … }'),
    keys: z
      .strictObject({
        from: Key.optional().describe('the KMS key to move away from; leave it out for "whatever it is under"'),
        to: Key.describe('the KMS key to move to: alias/<name>, a key id, or the ARN of either'),
      })
      .describe('the KMS keys: { from: …, to: … }'),
    window: z
      .strictObject({
        // The patterns are for editors: `checkWindow` says more of what is wrong.
        cron: z.string().meta({
          description: 'when the window opens, in five fields: "0 1 * * SUN"',
          pattern: fiveFields.source,
        }),
        timezone: z.string().meta({ description: 'an IANA time zone: Europe/Dublin, UTC', pattern: zoneForm.source }),
        duration: Duration.describe('how long the window stays open: 90s, 30m, 3h or 7d'),
        cutoff: Duration.describe('before the end of the window, when no cut-over begins any more: 30m, or 0s'),
      })
      .optional()
      .describe('when cut-overs may begin; leave it out for "any time"'),
    tags: Tags.optional(),
    steps: z.array(z.unknown()).min(1).describe('what is done, top to bottom: a list of steps'),
  })
  .describe('a plan is a map that begins with version: 1');

/** An entry of `steps` that does something. */
export const UseShape = z.strictObject({
  id: StepId.describe('the name of the step: small letters, digits and dashes, beginning with a letter'),
  uses: z.string().describe('the type of the step, for example ebs.create-snapshot'),
  each: z
    .string()
    .regex(referenceForms.step)
    .optional()
    .describe(`a reference to a list, gone over side by side: ${written('steps.read.volumes')}`),
  inOrder: z.boolean().optional().describe('true: one item after the other, as listed; without it side by side'),
  with: z.unknown().optional().describe('what the step is given'),
});

/** An entry of `steps` that waits, by its `gate`. */
export const gateShapes = {
  window: z.strictObject({
    id: StepId,
    gate: z.literal('window').describe('waits until the window of the plan is open'),
  }),
  hold: z.strictObject({
    id: StepId,
    gate: z.literal('hold').describe('waits for as long as `with.for` says'),
    with: z.strictObject({ for: Duration.describe('how long to wait: 90s, 30m, 3h or 7d') }).describe('{ for: 7d }'),
  }),
} as const;
