import * as z from 'zod';

// A report is read by programs, too: these names stay, and what is new gets a name of its own.

const moment = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
const ms = z.number().nonnegative();
const text = z.string();

export const Attribute = z
  .strictObject({
    name: text,
    before: text.nullable().meta({ description: 'null: it is not on record' }),
    after: text.nullable().meta({ description: 'null: it is not on record' }),
    changed: z.boolean().meta({ description: 'both are on record, and differ' }),
  })
  .meta({ description: 'one attribute of a thing before and after' });
export type Attribute = z.infer<typeof Attribute>;

export const Down = z
  .strictObject({
    since: moment.meta({ description: 'when the first call was sent that took the target out of service' }),
    sinceAtLatest: moment.optional().meta({ description: 'the call was sent more than once: it was down by then' }),
    until: moment.nullable().meta({ description: 'when it was seen to serve again; null: it has not been' }),
    ms: ms.meta({ description: 'the length, to the time of the report where it is still down' }),
    inDoubt: z.literal(true).optional().meta({ description: 'what came of the call is not known' }),
  })
  .meta({ description: 'a time in which the target was out of service because of this run' });
export type Down = z.infer<typeof Down>;

export const Row = z
  .strictObject({
    step: text,
    uses: text.nullable().meta({ description: 'the type of the step; null for a gate and for an unwinding' }),
    kind: z.enum(['read', 'additive', 'disruptive', 'destructive', 'discard', 'verify', 'gate', 'undo', 'unwinding']),
    generation: z.int().nonnegative(),
    items: z.int().nonnegative(),
    calls: z.int().nonnegative().meta({ description: 'that were sent, as their intents say' }),
    begunAt: moment,
    endedAt: moment.nullable().meta({ description: 'null: it has not ended' }),
    outcome: z.enum(['done', 'failed', 'open', 'passed', 'turned']),
    until: moment.nullable().optional().meta({ description: 'of a gate: when it opens; null: never' }),
  })
  .meta({ description: 'a step of one generation, as its records say when it began and ended' });
export type Row = z.infer<typeof Row>;

export const Judgement = z
  .strictObject({
    step: text,
    uses: text,
    at: moment,
    status: z.enum(['SUCCESSFUL', 'FAILED', 'TIMED_OUT']),
    findings: z.array(text),
    asked: z.array(text).meta({ description: 'statements and probes of the plan that it has asked' }),
  })
  .meta({ description: 'a verdict about a pair' });
export type Judgement = z.infer<typeof Judgement>;

export const Resource = z
  .strictObject({
    original: text,
    replacement: text.nullable().meta({ description: 'null: none was made' }),
    beside: z.literal(true).optional().meta({ description: 'the target serves without either' }),
    originalIs: z.enum(['there', 'deleted', 'perhaps deleted']),
    replacementIs: z.enum(['there', 'discarded', 'perhaps discarded', 'never made']),
    readAt: moment.nullable(),
    madeAt: moment.nullable(),
    attributes: z.array(Attribute),
    verdicts: z.array(Judgement),
    facts: z
      .array(z.strictObject({ name: text, value: text }))
      .meta({ description: 'what the last verdict also says' }),
  })
  .meta({ description: 'an original and what was made to take its place' });
export type Resource = z.infer<typeof Resource>;

export const Delete = z
  .strictObject({
    id: text.meta({ description: 'the original' }),
    replacement: text,
    step: text,
    uses: text,
    item: text.nullable(),
    part: z.literal(true).optional().meta({ description: 'only a part of the original, as a member of a cluster' }),
    sentAt: z.array(moment).meta({ description: 'each send; the proof was taken right before each' }),
    sentAtByAws: z.array(moment).meta({ description: "the same by AWS's clock, as far as it was known" }),
    goneAt: moment.nullable().meta({ description: 'when it was seen gone; null: it was not' }),
    failed: text.optional(),
    verdict: z.strictObject({ status: z.enum(['SUCCESSFUL', 'FAILED', 'TIMED_OUT']), findings: z.array(text) }),
    judgedBy: z.array(Judgement),
    snapshots: z
      .array(
        z.strictObject({
          id: text,
          takenAt: moment,
          comparedWith: text.nullable(),
        }),
      )
      .meta({ description: 'proof snapshots: a block that differs from the final snapshot forbids the delete' }),
    asksForSnapshot: z.boolean().nullable().meta({ description: 'null: a delete of this kind has no such proof' }),
    said: z.array(z.strictObject({ at: moment, text })).meta({ description: 'what was said of it right before' }),
  })
  .meta({ description: 'a delete of an original that was sent, with all that spoke for it' });
export type Delete = z.infer<typeof Delete>;

export const Said = z
  .strictObject({
    at: moment,
    plan: text.nullable(),
    kind: z.enum([
      'process',
      'command',
      'interrupted',
      'unseen',
      'announced',
      'write-point',
      'drifted',
      'lived',
      'stale',
      'stopped',
      'unwinding',
      'unwound',
      'finished',
    ]),
    text,
    step: text.optional(),
  })
  .meta({ description: 'something that happened or was seen, in the order of the journal' });
export type Said = z.infer<typeof Said>;

export const Standing = z
  .strictObject({
    id: text,
    what: z.enum(['original', 'copy', 'replacement', 'other']),
    key: z.enum(['old', 'new', 'unknown']),
    step: text.nullable().meta({ description: 'which has made it; null for an original' }),
    why: text,
    since: moment
      .nullable()
      .meta({ description: 'of an original: since when it no longer serves, and costs all the same' }),
  })
  .meta({ description: 'what the run has not deleted' });
export type Standing = z.infer<typeof Standing>;

export const Kept = z.strictObject({ id: text, at: moment, step: text, why: text });
export type Kept = z.infer<typeof Kept>;

export const InDoubt = z.strictObject({
  plan: text,
  step: text,
  item: text.nullable(),
  operation: text,
  firstSentAt: moment,
  lastSentAt: moment,
  sends: z.int().positive(),
  may: text.meta({ description: 'what may have come about' }),
});
export type InDoubt = z.infer<typeof InDoubt>;

export const Calls = z.strictObject({
  operation: text,
  sent: z.int().positive(),
  answered: z.int().nonnegative().meta({ description: 'answers that gave something to put on record' }),
  refused: z.int().nonnegative().meta({ description: 'that were refused, and sent again' }),
  inDoubt: z.int().nonnegative().meta({ description: 'things done of which the outcome is not known' }),
});
export type Calls = z.infer<typeof Calls>;

export const Target = z.strictObject({
  plan: text,
  file: text,
  planHash: text,
  target: text,
  type: text,
  account: text,
  region: text,
  keys: z.strictObject({ from: text.nullable(), to: text }),
  status: z.enum(['done', 'refused', 'nothing-to-do', 'rolled-back', 'failed', 'paused', 'running', 'interrupted']),
  headline: text,
  stop: z.strictObject({ error: text, message: text, hint: text, exit: z.int() }).optional(),
  down: z.array(Down),
  downMs: ms,
  writePointAt: moment.nullable(),
  lastSeen: z
    .strictObject({
      at: moment,
      running: z.boolean(),
      holds: z.enum(['originals', 'replacements', 'mixture', 'nothing']),
    })
    .nullable(),
  attributes: z.array(Attribute).meta({ description: 'the target itself, as first and as last seen' }),
  timeline: z.array(Row),
  resources: z.array(Resource),
  deletes: z.array(Delete),
  kept: z.array(Kept),
  stands: z.array(Standing),
  costs: text.nullable().meta({ description: 'what the originals beside their replacements come to' }),
});
export type Target = z.infer<typeof Target>;

export const RunReport = z.strictObject({
  run: text,
  version: text.meta({ description: 'of the rekey that began it' }),
  summary: text,
  warnings: z.array(text),
  startedAt: moment.nullable(),
  lastRecordAt: moment.nullable(),
  runner: z.enum(['alive', 'dead', 'unknown']),
  targets: z.array(Target),
  history: z.array(Said),
  seen: z.array(Said),
  calls: z.array(Calls),
  inDoubt: z.array(InDoubt),
  journal: z.strictObject({
    records: z.int().nonnegative(),
    head: text,
    format: z.int().positive(),
    verify: text.meta({ description: 'the command that checks it' }),
    damage: z.strictObject({ error: text, message: text }).nullable(),
  }),
  next: z.array(text),
});
export type RunReport = z.infer<typeof RunReport>;

/** What `rekey report` writes as JSON, and what the other formats show. */
export const Report = z.strictObject({ v: z.literal(1), madeAt: moment, runs: z.array(RunReport) });
export type Report = z.infer<typeof Report>;

/** The JSON Schema (draft 7) of a report as JSON. */
export function reportSchema(): object {
  return {
    title: 'A report of rekey, as `rekey report` writes it as JSON',
    ...z.toJSONSchema(Report, { target: 'draft-7' }),
  };
}
