import { entry } from './entry.ts';

/** Errors of the command line. */
export const cliErrors = {
  usage: entry({
    title: 'The command line is not right',
    exit: 2,
    message: (p: { what: string; command?: string }) => p.what,
    hint: (p) =>
      p.command === undefined
        ? 'rekey --help lists the commands, rekey <command> --help its options'
        : `rekey ${p.command} --help lists its options, with examples`,
  }),
  'file-unreadable': entry({
    title: "A file can't be read",
    exit: 2,
    message: (p: { file: string; reason: string }) => `${p.file}: ${p.reason}`,
    hint: () => 'check its path and permissions, and give the command again; nothing was changed',
  }),
  'report-unwritable': entry({
    title: 'The report cannot be written',
    exit: 2,
    message: (p: { file: string; reason: string }) => `${p.file}: ${p.reason}`,
    hint: () => 'give another place with -o, outside of the runs of the state directory, and give the command again',
  }),
  'clock-malformed': entry({
    title: 'REKEY_CLOCK is not a clock',
    exit: 2,
    message: (p: { value: string }) =>
      `REKEY_CLOCK is ${JSON.stringify(p.value)}; it looks like 1528250400000@1760000000000x600`,
    hint: () => 'copy it again from what `rekey simulate` printed; unset it for a real account',
  }),
  'endpoint-malformed': entry({
    title: 'AWS_ENDPOINT_URL is not an address',
    exit: 2,
    message: (p: { value: string }) =>
      `AWS_ENDPOINT_URL is ${JSON.stringify(p.value)}; it looks like http://127.0.0.1:4599; nothing was changed`,
    hint: () => 'copy it again from what `rekey simulate` printed; unset it for a real account',
  }),
  'region-refused': entry({
    title: 'The credentials are not for this Region',
    exit: 2,
    message: (p: { region: string; code: string; reason: string }) =>
      `the plan is for ${p.region}, where AWS refuses the credentials: ${p.code}: ${p.reason}; nothing was changed`,
    hint: (p) =>
      `correct the plan's region, or give --set region=…; if ${p.region} is right, it may be one that the account has to enable first`,
  }),
  'plans-differ': entry({
    title: 'The plans of one run must agree',
    exit: 2,
    message: (p: { what: string; values: readonly string[] }) => `${p.what}: ${p.values.join(', ')}`,
    hint: () => 'give each its own run, or correct the plans; nothing was changed',
  }),
  'region-differs': entry({
    title: 'Another region than the plan names',
    exit: 2,
    message: (p: { plan: string; region: string; from: string; found: string }) =>
      `plan ${p.plan} is for ${p.region}, and ${p.from} says ${p.found}; nothing was changed`,
    hint: (p) => `drop ${p.from} or set it to ${p.region}, or correct the plan's region`,
  }),
  'wrong-account': entry({
    title: 'Wrong account',
    exit: 2,
    message: (p: { expected: string; found: string; arn: string }) =>
      `the plan is for account ${p.expected}, and the credentials are of account ${p.found} (${p.arn}); nothing was changed`,
    hint: () => 'choose the right credentials with --profile or AWS_PROFILE, or correct the plan',
  }),
  'endpoint-unreachable': entry({
    title: "AWS can't be reached",
    exit: 2,
    message: (p: { endpoint: string; reason: string }) =>
      `no answer from ${p.endpoint}: ${p.reason}; nothing was changed`,
    hint: () => 'check the network, the proxy, AWS_ENDPOINT_URL and the region, and give the command again',
  }),
  'credentials-absent': entry({
    title: 'There are no usable AWS credentials',
    exit: 2,
    message: (p: { reason: string; profile: string | undefined }) =>
      `${p.profile === undefined ? '' : `profile ${p.profile}: `}${p.reason}; nothing was changed`,
    hint: () =>
      'log in (aws sso login), or set AWS_PROFILE or --profile to one that `aws configure list-profiles` names, and give the command again',
  }),
  'credentials-refused': entry({
    title: 'AWS refuses the credentials',
    exit: 2,
    message: (p: { code: string; reason: string }) => `${p.code}: ${p.reason}; nothing was changed`,
    hint: () =>
      'refresh them (aws sso login, a new session of the role) or choose others with --profile, and give the command again',
  }),
  'identity-unknown': entry({
    title: 'AWS does not say whose credentials these are',
    exit: 2,
    message: (p: { code: string; reason: string }) =>
      `sts:GetCallerIdentity: ${p.code}: ${p.reason}; nothing was changed`,
    hint: () => 'fix what the answer names, and give the command again',
  }),
  'which-run': entry({
    title: 'Which run?',
    exit: 2,
    message: (p: { stateDir: string; unfinished: readonly string[] }) =>
      p.unfinished.length === 0
        ? `${p.stateDir} holds no unfinished run`
        : `${p.stateDir} holds ${p.unfinished.length} unfinished runs:\n${p.unfinished.map((run) => `  ${run}`).join('\n')}`,
    hint: (p) =>
      p.unfinished.length === 0
        ? 'a run is found only with the --state-dir it was started with; `rekey status` lists all runs'
        : 'name the one you mean; `rekey status` shows the state of each',
  }),
  'frozen-plan-differs': entry({
    title: 'A plan in the journal is not the one that was submitted',
    exit: 1,
    message: (p: { run: string; file: string; why: string }) =>
      `run ${p.run}, plan ${p.file}: ${p.why}; nothing was changed`,
    hint: (p) =>
      `rekey journal verify ${p.run} checks whether the journal is whole; resume the run with the version that began it`,
  }),
  'run-ended': entry({
    title: 'The run has ended',
    exit: 2,
    message: (p: { run: string; end: string }) => `run ${p.run}: ${p.end}; nothing was changed`,
    hint: (p) => `rekey status ${p.run} shows what it did; to move the target, begin a new run of the plan`,
  }),
  'discard-not-typed': entry({
    title: '--discard-writes-since is not the recorded time',
    exit: 2,
    message: (p: { typed: string; since: string | undefined }) =>
      p.since === undefined
        ? `--discard-writes-since ${p.typed}: no replacement of this run can have been in use`
        : `--discard-writes-since ${p.typed}: the replacements may have been in use since ${p.since}; nothing was changed`,
    hint: (p) =>
      p.since === undefined
        ? 'leave the option out: the rollback loses nothing'
        : `if the writes since then may be lost, give exactly: --discard-writes-since ${p.since}`,
  }),
  'listens-for-all': entry({
    title: 'The simulated account would listen beyond this machine',
    exit: 2,
    message: (p: { listen: string }) =>
      `${p.listen} is not a loopback address, and the simulated account asks nobody for a password`,
    hint: () => 'listen on 127.0.0.1, or add --allow-remote if that is what you want',
  }),
  'port-unusable': entry({
    title: "The simulated account can't listen there",
    exit: 2,
    message: (p: { listen: string; reason: string }) => `${p.listen}: ${p.reason}`,
    hint: () => 'choose another port; port 0 takes a free one',
  }),
  'demo-failed': entry({
    title: 'The demo did not end as it should',
    exit: 1,
    message: (p: { findings: readonly string[] }) => p.findings.map((finding) => `  - ${finding}`).join('\n'),
    hint: () =>
      'this is a bug of rekey: please report it with what stands above and the journal in the state directory',
  }),
};
