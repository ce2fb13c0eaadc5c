import { relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Finding } from '../model/finding.ts';

/**
 * Findings as SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html), for code hosts and editors.
 * Files within `root` are named relative to it.
 */
export function sarifOf(findings: readonly Finding[], root: string, version: string): object {
  const rules = [...new Set(findings.map(({ code }) => code))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'polar-zmanager', version, rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { ROOT: { uri: `${pathToFileURL(root).href}/` } },
        results: findings.map(({ file, line, column, severity, code, message }) => ({
          ruleId: code,
          ruleIndex: rules.indexOf(code),
          level: severity,
          message: { text: message },
          locations: [
            {
              physicalLocation: {
                artifactLocation: placeOf(file, root),
                region: { startLine: line, startColumn: column },
              },
            },
          ],
        })),
      },
    ],
  };
}

function placeOf(file: string, root: string): { uri: string; uriBaseId?: string } {
  const way = relative(root, file);
  if (way === '' || way.startsWith('..')) return { uri: pathToFileURL(file).href };
  return { uri: way.split(sep).map(encodeURIComponent).join('/'), uriBaseId: 'ROOT' };
}
