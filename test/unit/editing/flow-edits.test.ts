import { describe, expect, test } from 'vitest';
import {
  addFlow,
  addStep,
  copyFlow,
  moveStep,
  removeFlow,
  removeStep,
  renameFlow,
} from '../../../src/editing/flow-edits.ts';
import { formatIni, type IniDocument, parseIni } from '../../../src/ini/document.ts';

const text = `; what people write down

; each note
[Note]
?Note?Push
  Subject?Note?pass
; then it is told
  Relay?Note@PUBLISH?written
??done

[Other]
?Other?Push
??done
`;
const parse = (written: string) => parseIni(written, 'flows/note.ini').document;
const document = parse(text);
const changed = (change: (document: IniDocument) => IniDocument) => formatIni(change(document));

describe('a step that is added', () => {
  test('comes before the end, indented as its neighbour', () => {
    expect(changed((flows) => addStep(flows, 'Note', 'Relay?Note?pass', undefined))).toBe(
      text.replace('?written\n', '?written\n  Relay?Note?pass\n'),
    );
  });

  test('follows the step before it, so that the comment of the next one stays where it is', () => {
    const added = text.replace('Note?pass\n', 'Note?pass\n  Relay?Note?pass\n');
    const step = 'Relay?Note?pass';
    for (const place of [{ before: '3' }, { after: '2' }, { before: 'Relay?Note@PUBLISH?written' }]) {
      expect(changed((flows) => addStep(flows, 'Note', step, place))).toBe(added);
    }
  });

  test('is an action key, and its neighbour is there once', () => {
    const twice = parse('[A]\n?A?Push\nS?A?x\nS?A?x\n');
    expect(() => addStep(document, 'Note', 'Relay?pass', undefined)).toThrow(/is no step: it has only one/);
    expect(() => addStep(document, 'Note', 'R?Note?x', { after: 'Subject?Note?pas' })).toThrow(
      'Note has no step "Subject?Note?pas".',
    );
    expect(() => addStep(document, 'Note', 'R?Note?x', { after: '9' })).toThrow('has no step "9"');
    expect(() => addStep(twice, 'A', 'R?A?x', { after: 'S?A?x' })).toThrow('more than once');
    expect(() => addStep(document, 'Nope', 'R?A?x', undefined)).toThrow('There is no flow "Nope"');
  });
});

test('a step is removed by its text or its place', () => {
  const removed = text.replace('  Subject?Note?pass\n', '');
  expect(changed((flows) => removeStep(flows, 'Note', 'Subject?Note?pass'))).toBe(removed);
  expect(changed((flows) => removeStep(flows, 'Note', '2'))).toBe(removed);
});

test('a step is moved to either side of its neighbour', () => {
  const moved = text
    .replace('??done\n\n[O', '  Subject?Note?pass\n??done\n\n[O')
    .replace('  Subject?Note?pass\n;', ';');
  expect(changed((flows) => moveStep(flows, 'Note', '2', { before: '??done' }))).toBe(moved);
  expect(changed((flows) => moveStep(flows, 'Note', '2', { after: '3' }))).toBe(moved);
  expect(formatIni(moveStep(parse(moved), 'Note', '3', { before: '2' }))).toBe(text);
  expect(() => moveStep(document, 'Note', '2', { after: 'Subject?Note?pass' })).toThrow('next to itself');
});

describe('a flow that is added', () => {
  test('has an entry and an end, whether they are given or not', () => {
    const whole = `${text}\n[New]\n?New?Push\nSubject?New?pass\n??done\n`;
    const given = ['?New?Push', 'Subject?New?pass', '??done'];
    for (const steps of [given, given.slice(1), given.slice(0, 2), given.slice(1, 2)]) {
      expect(changed((flows) => addFlow(flows, 'New', steps))).toBe(whole);
    }
    expect(changed((flows) => addFlow(flows, 'New', []))).toBe(`${text}\n[New]\n?New?Push\n??done\n`);
  });

  test('has a name that a flow may have', () => {
    for (const name of ['', 'a b', 'a]'])
      expect(() => addFlow(document, name, [])).toThrow('cannot name a flow');
  });
});

test('a flow is removed with its lines, and the comment above it stays', () => {
  const first = text.slice(0, text.indexOf('[Note]')) + text.slice(text.indexOf('\n[Other]'));
  expect(changed((flows) => removeFlow(flows, 'Note'))).toBe(first);
  expect(changed((flows) => removeFlow(flows, 'Other'))).toBe(text.slice(0, text.indexOf('\n[Other]')));
});

test('a flow that was added and removed leaves nothing behind', () => {
  expect(formatIni(removeFlow(addFlow(document, 'New', ['S?New?x']), 'New'))).toBe(text);
});

test('a flow is renamed with the entry that names it, and its steps keep their keys', () => {
  expect(changed((flows) => renameFlow(flows, 'Note', 'Memo'))).toBe(
    text.replace('[Note]', '[Memo]').replace('?Note?Push', '?Memo?Push'),
  );
});

test('a copy of a flow brings the comment above it', () => {
  expect(formatIni(copyFlow(parse('[Own]\r\n??done\r\n'), document, 'Note'))).toBe(
    `[Own]\r\n??done\r\n\r\n${text.slice(text.indexOf('; each'), text.indexOf('\n[Other]')).replaceAll('\n', '\r\n')}`,
  );
});
