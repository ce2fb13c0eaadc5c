import { expect, test } from 'vitest';
import { sarifOf } from '../../../src/cli/sarif.ts';
import type { Finding } from '../../../src/model/finding.ts';

const at = (file: string, code: string, severity: Finding['severity']): Finding => {
  return { file, line: 3, column: 7, severity, code, message: 'this is wrong' };
};

test('findings are results, with their place below the root and their rule', () => {
  const findings = [at('/p/flows/a b.ini', 'flow.x', 'error'), at('/else/c.ini', 'flow.a', 'note')];
  expect(sarifOf(findings, '/p', '1.2.3')).toMatchObject({
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'polar-zmanager', version: '1.2.3', rules: [{ id: 'flow.a' }, { id: 'flow.x' }] },
        },
        originalUriBaseIds: { ROOT: { uri: 'file:///p/' } },
        results: [
          {
            ruleId: 'flow.x',
            ruleIndex: 1,
            level: 'error',
            message: { text: 'this is wrong' },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: 'flows/a%20b.ini', uriBaseId: 'ROOT' },
                  region: { startLine: 3, startColumn: 7 },
                },
              },
            ],
          },
          {
            level: 'note',
            locations: [{ physicalLocation: { artifactLocation: { uri: 'file:///else/c.ini' } } }],
          },
        ],
      },
    ],
  });
});
