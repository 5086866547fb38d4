/**
 * rekey as a library: what the commands do (docs/LIBRARY.md), and the parts that they are made of. Nothing in here prints.
 */

export type { Begun, Driving, Observer } from './app/drive.ts';
export { checkTogether, readSources, type SourcedPlan, validate } from './app/plans.ts';
export { createPorts, type PortsOf } from './app/ports.ts';
export {
  type ReportedAll,
  type ReportFormat,
  renderReport,
  reportAll,
  reportOfRun,
  reportOn,
  type Spelling,
} from './app/report.ts';
export { writeReport } from './app/report-file.ts';
export { type EndedBefore, type ResumeOptions, resume } from './app/resume.ts';
export { type LeftRun, type ResumeAllOptions, type ResumedAll, resumeAll } from './app/resume-all.ts';
export { type RollbackOptions, rollback } from './app/rollback.ts';
export { freshRunId, type RunOptions, run } from './app/run.ts';
export type { EndStatus, RunEnd } from './app/run-end.ts';
export { openSession, type Session } from './app/session.ts';
export { type CommonOptions, type Settings, settingsOf } from './app/settings.ts';
export { listedRuns, type ReadRun, statusOf, type UnreadableRun } from './app/status.ts';
export { type ConnectOptions, connect, whoAmI } from './aws/clients.ts';
export type { AwsServices } from './aws/services.ts';
export { type Clock, clockOf, parseClock, printClock } from './contract/clock.ts';
export type { Emit, RunEvent } from './contract/event.ts';
export type { Journal } from './contract/journal.ts';
export type { Json } from './contract/json.ts';
export type { GateStep, Plan, PlanSource, Template, UseStep, Window } from './contract/plan.ts';
export type { Entry, JournalRecord, Key, Owner, Stop } from './contract/record.ts';
export type { Check, Settle } from './contract/settle.ts';
export {
  type AdditiveEffect,
  type Attributes,
  type DestructiveEffect,
  type DiscardEffect,
  type DisruptiveEffect,
  definersFor,
  type EffectDefinition,
  type Hazard,
  type Need,
  type Observation,
  type ReadDefinition,
  type Registry,
  registryOf,
  type Seen,
  type ServiceCall,
  type StepCall,
  type StepContext,
  type StepDefinition,
  type TargetType,
  type VerifyDefinition,
} from './contract/step.ts';
export type { Verdict, VerdictStatus } from './contract/verdict.ts';
export { type Command, execute, type PlanResult, type RunResult, submission } from './engine/execute.ts';
export type { Ports } from './engine/ports.ts';
export { fold } from './engine/state/fold.ts';
export type { PlanState, RunState } from './engine/state/run-state.ts';
export { type ErrorName, RekeyError } from './errors/index.ts';
export { type JournalReading, type JournalStore, openStore } from './journal/store.ts';
export { type VerifiedJournal, verifyJournal } from './journal/verify.ts';
export { hashOf } from './plan/hash.ts';
export { parsePlan } from './plan/parse.ts';
export { formatProblem, type PlanProblem } from './plan/problem.ts';
export { planSchema } from './plan/schema.ts';
export type { Report, RunReport } from './report/document/schema.ts';
export type { NextStep, PlanProgress } from './report/next-steps.ts';
export { type PlanStatus, planStatus } from './report/plan-status.ts';
export { type RunStatus, runStatus } from './report/run-status.ts';
export { registry } from './steps/registry.ts';
