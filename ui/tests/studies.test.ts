import { beforeEach, expect, test, vi } from 'vitest';

import { chooseDocuments, chooseRows } from '../src/history/exportFile';

const NOTE = { name: '=HYPERLINK("x")', date: '2026-01-02', note: 'two\nlines' };
const BLANK = { name: '', date: '', note: '' };
const noteOf = (id: string) => (id === 'b' ? NOTE : BLANK);

test('a table keeps the chosen rows in their order, with the notes of this browser and no formula', () => {
  const rows = chooseRows('id,finding\r\na,covid19\r\nb,"x, y"\r\nc,none\r\n', ['c', 'b'], noteOf).split('\r\n');
  expect(rows).toEqual([
    'id,finding,study_name,study_date,study_note',
    'c,none,"","",""',
    `b,"x, y","'=HYPERLINK(""x"")","2026-01-02","two lines"`,
    '',
  ]);
});

test('documents keep what is chosen, with its notes', () => {
  const chosen = chooseDocuments(JSON.stringify({ analyses: [{ id: 'a' }, { id: 'b', finding: 'x' }] }), ['b', 'gone'], noteOf);
  expect(JSON.parse(chosen)).toEqual({ analyses: [{ id: 'b', finding: 'x', study: NOTE }] });
});

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => kept.set(name, value),
    removeItem: (name: string) => kept.delete(name),
  });
  vi.resetModules();
});

test('notes are kept, a name of one\u2019s own stays, and all go with their analysis', async () => {
  const { studyNotes } = await import('../src/shared/studyNotes.svelte');
  studyNotes.suggestName('a', 'scan.png');
  studyNotes.set('a', { name: 'Case 1' });
  studyNotes.suggestName('a', 'scan.png');
  studyNotes.suggestName('b', 'other.png');
  expect([studyNotes.of('a').name, studyNotes.of('b').name, studyNotes.of('c').name]).toEqual(['Case 1', 'other.png', '']);
  studyNotes.forget('a');
  expect(localStorage.getItem('raiox.studies')).not.toContain('Case 1');
  studyNotes.keepOnly([]);
  expect(localStorage.getItem('raiox.studies')).toBeNull();
});
