import type { Scenario } from '../script.ts';

const nobody = '00000000-0000-4000-8000-000000000000';

/** KMS: keys, their states, their names. */
export const keys: readonly Scenario[] = [
  {
    title: 'a key that is made with nothing said',
    async play({ kms }) {
      await kms.createKey({});
    },
  },
  {
    title: 'a key and the ways to name it',
    async play({ kms, when }) {
      const { KeyMetadata } = await kms.createKey({
        KeyUsage: 'ENCRYPT_DECRYPT',
        Description: 'for orders',
        Tags: [{ TagKey: 'team', TagValue: 'orders' }],
      });
      const { KeyId, Arn } = KeyMetadata ?? {};
      const AliasName = 'alias/orders';
      await kms.createAlias({ AliasName, TargetKeyId: KeyId });
      await when('again').kms.createAlias({ AliasName, TargetKeyId: KeyId });
      for (const name of [KeyId, Arn, AliasName, Arn?.replace(/key\/.*/, AliasName)])
        await kms.describeKey({ KeyId: name });
      await kms.listAliases({ KeyId });
      await kms.listResourceTags({ KeyId });
      await kms.listGrants({ KeyId });
      await kms.getKeyPolicy({ KeyId, PolicyName: 'default' });
      await when('no name').kms.getKeyPolicy({ KeyId });
    },
  },
  {
    title: 'an alias that moves to another key',
    async play({ kms, aside, when, key }) {
      const { KeyMetadata } = await aside.kms.createKey({ KeyUsage: 'ENCRYPT_DECRYPT' });
      await kms.updateAlias({ AliasName: key.alias, TargetKeyId: KeyMetadata?.KeyId });
      await kms.describeKey({ KeyId: key.alias });
      await kms.listAliases({ KeyId: key.id });
      await kms.listAliases({ KeyId: KeyMetadata?.KeyId });
      await when('unknown').kms.updateAlias({ AliasName: 'alias/nobody', TargetKeyId: key.id });
    },
  },
  {
    title: 'a key through its states',
    async play(on) {
      const { kms, key } = on;
      const KeyId = key.id;
      await kms.enableKey({ KeyId });
      await kms.disableKey({ KeyId });
      await kms.describeKey({ KeyId });
      await kms.disableKey({ KeyId });
      await kms.enableKey({ KeyId });
      await on.when('enabled').kms.cancelKeyDeletion({ KeyId });
      await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
      await kms.describeKey({ KeyId });
      const { kms: late } = on.when('pending deletion');
      await late.scheduleKeyDeletion({ KeyId });
      await late.enableKey({ KeyId });
      await late.disableKey({ KeyId });
      await late.createAlias({ AliasName: 'alias/late', TargetKeyId: KeyId });
      await kms.cancelKeyDeletion({ KeyId });
      await kms.describeKey({ KeyId });
      await on.when('in three days').kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 3 });
    },
  },
  {
    title: 'keys that are not there',
    async play({ when, key }) {
      const { kms: unknown } = when('unknown');
      await unknown.describeKey({ KeyId: nobody });
      await unknown.describeKey({ KeyId: key.arn.replace(/[^/]+$/, nobody) });
      await unknown.describeKey({ KeyId: 'alias/nobody' });
      await unknown.disableKey({ KeyId: nobody });
      await unknown.listGrants({ KeyId: nobody });
      await unknown.createAlias({ AliasName: 'alias/orders', TargetKeyId: nobody });
      await when('no key id').kms.describeKey({ KeyId: 'not a key' });
      await when('by its alias').kms.disableKey({ KeyId: key.alias });
      await when('no prefix').kms.createAlias({ AliasName: 'orders', TargetKeyId: key.id });
      await when('a prefix of AWS').kms.createAlias({ AliasName: 'alias/aws/orders', TargetKeyId: key.id });
      await when('a space').kms.createAlias({ AliasName: 'alias/o r', TargetKeyId: key.id });
    },
  },
  {
    title: 'pages of keys and aliases',
    alone: true,
    async play({ aside, when, key, tell }) {
      const { kms } = aside;
      for (const AliasName of ['alias/a', 'alias/b', 'alias/c'])
        await kms.createAlias({ AliasName, TargetKeyId: key.id });
      await kms.createKey({});
      const end = ({ NextMarker }: { NextMarker?: string | undefined }) =>
        NextMarker === undefined ? 'the last' : 'more';
      await tell('aliases of AWS in a new account', async () => {
        const { Aliases = [] } = await kms.listAliases({});
        return Aliases.filter(({ AliasName }) => AliasName?.startsWith('alias/aws/')).length;
      });
      await tell('the first page of three aliases, of four', async () => {
        const first = await kms.listAliases({ KeyId: key.id, Limit: 3 });
        return `${first.Aliases?.length}, ${end(first)}`;
      });
      await tell('the first page of one key, of several', async () => {
        const first = await kms.listKeys({ Limit: 1 });
        return `${first.Keys?.length}, ${end(first)}`;
      });
      await when('pages of none').kms.listAliases({ Limit: 0 });
      await when('a marker that is none').kms.listAliases({ Marker: 'nonsense' });
    },
  },
];
