import * as z from 'zod';
import { leftFor } from '../app/what-now.ts';

const moment = z.iso.datetime();
const text = z.string();
const exit = z.int().min(0).max(130);

function event<const T extends string, const S extends z.core.$ZodLooseShape>(type: T, description: string, shape: S) {
  const head = { v: z.literal(1), type: z.literal(type), at: moment.meta({ description: "when, by the run's clock" }) };
  return z.strictObject({ ...head, ...shape }).meta({ description });
}

const key = z.strictObject({
  plan: text,
  step: text,
  item: text.nullable(),
  generation: z.int(),
  undo: z.int().optional(),
});
const verdict = z.enum(['SUCCESSFUL', 'FAILED', 'TIMED_OUT']).nullable();
const progress = z.enum([
  'done',
  'refused',
  'nothing-to-do',
  'rolled-back',
  'failed',
  'paused',
  'running',
  'interrupted',
]);
const pair = { original: text, replacement: text, verdict };
const stop = z.strictObject({ error: text, message: text, hint: text, exit });
const owner = z.strictObject({
  host: text,
  machine: text,
  boot: text,
  pidNamespace: text,
  pid: z.int(),
  started: text,
});
const gate = z.strictObject({
  step: text,
  kind: z.enum(['window', 'hold']),
  until: moment.nullable().meta({ description: 'null: it never opens' }),
});
const retried = { code: text, message: text, inMs: z.number() };

const plan = z.strictObject({
  plan: text,
  target: text,
  targetType: text,
  status: progress,
  unwinding: z.boolean(),
  takenBack: z.boolean(),
  rollsBack: z.literal(true).optional(),
  triesAgain: z.literal(true).optional(),
  replacements: z.array(z.strictObject({ ...pair, beside: z.literal(true).optional(), device: text.nullable() })),
  kept: z.array(z.looseObject({ original: text, since: moment, until: moment.optional() })),
  made: z.array(z.strictObject({ id: text, step: text })),
  discarded: z.array(text),
  deleted: z.array(text),
  deleting: z.array(text),
  announcements: z.array(text),
  step: text.optional(),
  gate: gate.optional(),
  downSince: moment.optional().meta({ description: 'the target has been out of service since then' }),
  downAtLatest: moment.optional(),
  downInDoubt: z.literal(true).optional(),
  servesAgainSince: moment.optional(),
  writePointAt: moment.optional().meta({ description: 'a rollback would lose what was written since then' }),
  serving: z
    .strictObject({
      by: z.enum(['originals', 'replacements', 'mixture', 'nothing']),
      running: z.boolean(),
      byAccident: z.literal(true).optional(),
      at: moment,
      changing: z.literal(true).optional(),
    })
    .optional()
    .meta({ description: 'how the target was when it was last seen' }),
  unseen: z.strictObject({ at: moment, why: text }).optional(),
  inDoubt: z
    .array(z.strictObject({ step: text, sends: z.int().positive(), id: text.optional() }))
    .meta({ description: 'what was sent, how many times, and not seen to its end: it may have come about' }),
  stop: stop.optional(),
});

const nextSteps = {
  next: z.array(text).meta({ description: 'the commands that can be given next, likeliest first' }),
  notes: z.record(text, text).meta({ description: 'what is to be known before one of them is given, by the command' }),
};

const standing = {
  runId: text,
  format: z.int(),
  head: text,
  owner,
  runner: z.enum(['alive', 'dead', 'unknown']),
  plans: z.array(plan),
  ...nextSteps,
  exit: exit.meta({ description: 'what `status` of it exits with' }),
};

/** Every event that is printed with `--json`, by the schema that makes schema/events.schema.json and docs/EVENTS.md. */
export const eventSchemas = [
  event('error', 'A command was refused or has failed, and what to do. It is the last line.', {
    error: text.meta({ description: 'its name in docs/ERRORS.md, or `bug`' }),
    title: text,
    message: text,
    hint: text,
    exit,
  }),
  event('run.started', 'A run begins, continues or is rolled back. From here on it can be resumed.', {
    runId: text,
    plans: z.array(text),
    resume: text.meta({ description: 'the command that goes on, whatever ends this process' }),
  }),
  event('record', 'A record was written into the journal of the run.', {
    runId: text,
    entry: z.looseObject({ t: text }).meta({ description: 'the record, with its kind `t`' }),
  }),
  event('step.started', 'A step of a plan has begun.', {
    runId: text,
    plan: text,
    step: text,
    uses: text,
    items: z.int(),
  }),
  event('step.finished', 'A step of a plan is done for all of its items.', { runId: text, plan: text, step: text }),
  event('effect.started', 'An effect is about to be sent for one item of a step.', {
    runId: text,
    key,
    uses: text,
    title: text,
  }),
  event('effect.progress', 'How far an effect is, from 0 to 1.', {
    runId: text,
    key,
    progress: z.number().min(0).max(1),
  }),
  event('effect.retried', 'AWS has refused an effect for now; rekey tries it again.', { runId: text, key, ...retried }),
  event('question.retried', 'AWS did not answer a read; rekey sends it again.', {
    runId: text,
    plan: text,
    title: text,
    ...retried,
  }),
  event('gate.waiting', 'A plan waits. `take-over`: for calls that the former owner of the run may still have sent.', {
    runId: text,
    plan: text,
    step: text,
    gate: z.enum(['window', 'hold', 'take-over']),
    until: moment.nullable().meta({ description: 'null: it never opens' }),
  }),
  event('run.finished', 'This process does no more for the run, which may only have paused. The last line of a run.', {
    runId: text,
    status: z.enum(['done', 'paused', 'failed', 'rolled-back', 'refused', 'nothing-to-do']),
    exit,
    head: text,
    plans: z.array(z.strictObject({ name: text, status: progress, replacements: z.array(z.strictObject(pair)) })),
    apiCalls: z.record(text, z.int()),
  }),
  event('run.left', 'A `resume` without a run has not resumed this one, and why.', {
    runId: text,
    why: z.enum(leftFor),
    until: moment.nullable().optional().meta({ description: 'when it can continue; null: never' }),
    ...nextSteps,
  }),
  event(
    'resume.finished',
    'A `resume` without a run has ended; `resumed` lists the runs that it has resumed. Its last line.',
    {
      resumed: z.array(text),
      left: z.int(),
      exit,
    },
  ),
  event('run', 'A run as `status` lists it, one a line.', { ...standing, startedAt: moment }),
  event('run.unreadable', "A run whose journal `status` can't read.", { runId: text, error: text, exit }),
  event('run.status', 'A run as `status RUN` shows it.', standing),
  event('plan.validated', 'What `validate` has found in a plan file.', {
    file: text,
    valid: z.boolean(),
    problems: z.array(z.looseObject({ message: text })),
  }),
  event('journal.verified', 'What `journal verify` has found.', {
    runId: text,
    records: z.int(),
    segments: z.int(),
    format: z.int(),
    head: text,
    torn: z.array(z.strictObject({ file: text, bytes: z.int() })),
    proves: text,
  }),
  event('simulate.listening', 'Where the simulated account listens, and the environment for its clients.', {
    endpoint: text,
    account: text,
    region: text,
    pid: z.int(),
    env: z.record(text, text),
  }),
] as const;

/** One line of `--json`. */
export const eventSchema = z.discriminatedUnion('type', eventSchemas);

/** The JSON Schema (draft 7) of a line of `--json`. */
export function eventsSchema(): object {
  return { title: 'An event of rekey, as --json prints it', ...z.toJSONSchema(eventSchema, { target: 'draft-7' }) };
}
