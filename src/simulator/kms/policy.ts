import { AwsError } from '../wire/message.ts';

interface Statement {
  readonly effect: 'Allow' | 'Deny';
  readonly principals: readonly string[];
  readonly actions: readonly string[];
}

// What EBS does with a key for the caller and for an instance (facts §3.1).
const neededByEbs = [
  'kms:CreateGrant',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:GenerateDataKeyWithoutPlaintext',
  'kms:ReEncryptFrom',
  'kms:ReEncryptTo',
];

/** The policy that a key has when none is given: the account decides by IAM. */
export function defaultPolicy(account: string): string {
  return policyOf([
    statement('Enable IAM User Permissions', 'Allow', { AWS: `arn:aws:iam::${account}:root` }, 'kms:*'),
  ]);
}

/** The default policy, and nobody may encrypt or decrypt under the key any more. */
export function denyingPolicy(account: string): string {
  return policyOf([
    statement('Enable IAM User Permissions', 'Allow', { AWS: `arn:aws:iam::${account}:root` }, 'kms:*'),
    statement('Frozen', 'Deny', '*', ['kms:CreateGrant', 'kms:Decrypt', 'kms:GenerateDataKey*', 'kms:ReEncrypt*']),
  ]);
}

function policyOf(Statement: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Id: 'key-default-1', Statement });
}

function statement(Sid: string, Effect: string, Principal: unknown, Action: unknown): object {
  return { Sid, Effect, Principal, Action, Resource: '*' };
}

/** Refuses what is not a policy, and, unless it is bypassed, one that nobody could change again. */
export function checkPolicy(policy: string, bypassLockoutCheck: boolean | undefined): void {
  if (!bypassLockoutCheck && !allows(policy, 'kms:PutKeyPolicy')) {
    throw new AwsError(
      'MalformedPolicyDocumentException',
      'The new key policy will not allow you to update the key policy in the future.',
    );
  }
}

/** Whether a policy lets somebody do this whom IAM allows everything. */
export function allows(policy: string, action: string): boolean {
  return permits(statementsOf(policy), action);
}

/** Whether EBS can work with a key of this policy, for somebody whom IAM allows everything. */
export function allowsEbs(policy: string): boolean {
  const statements = statementsOf(policy);
  return neededByEbs.every((action) => permits(statements, action));
}

// Of principals only the account and everybody are known: nobody in particular is ever a caller here.
function permits(statements: readonly Statement[], action: string): boolean {
  const matching = statements.filter(
    ({ principals, actions }) =>
      principals.some((one) => one === '*' || /^\d{12}$|:root$/.test(one)) &&
      actions.some((one) => covers(one, action)),
  );
  return matching.some(({ effect }) => effect === 'Allow') && !matching.some(({ effect }) => effect === 'Deny');
}

function covers(pattern: string, action: string): boolean {
  const quoted = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${quoted}$`, 'i').test(action);
}

function statementsOf(policy: string): Statement[] {
  const malformed = () =>
    new AwsError('MalformedPolicyDocumentException', 'The policy is not a valid policy document.');
  let document: unknown;
  try {
    document = JSON.parse(policy);
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed();
    throw error;
  }
  return listOf(memberOf(document, 'Statement')).map((one): Statement => {
    const effect = memberOf(one, 'Effect');
    if (effect !== 'Allow' && effect !== 'Deny') throw malformed();
    for (const member of ['Condition', 'NotAction', 'NotPrincipal']) {
      if (memberOf(one, member) !== undefined)
        throw new AwsError('UnsupportedOperation', `The simulated account does not model ${member} in key policies.`);
    }
    const principal = memberOf(one, 'Principal');
    return {
      effect,
      principals: listOf(memberOf(principal, 'AWS') ?? principal).map(String),
      actions: listOf(memberOf(one, 'Action')).map(String),
    };
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}
