import { expect, test } from 'vitest';
import { oneLine } from '../../src/cli/views/lines.ts';

test('a refusal with several reasons is one line of a log, each reason with what to do about it', () => {
  const refusal = `orders can't be re-keyed by this plan; nothing was changed:
  - orders is sqlserver-se
    rekey moves postgres, mysql, mariadb
  - orders is a read replica
    move its source`;
  expect(oneLine(refusal)).toBe(
    "orders can't be re-keyed by this plan; nothing was changed: orders is sqlserver-se → rekey moves postgres, mysql, mariadb; orders is a read replica → move its source",
  );
});
