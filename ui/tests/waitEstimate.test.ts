import { expect, test } from 'vitest';

import { describeWait } from '../src/analyse/waitEstimate';
import { makeAnalysis } from './documents';

const QUEUED = makeAnalysis({ state: 'queued' });

test.each([
  [1, 'até 2 segundos'],
  [11, 'até 15 segundos'],
  [12, 'até 15 segundos'],
  [90, 'até 90 segundos'],
  [91, 'até 2 minutos'],
  [4_000, 'até 67 minutos'],
])('%i seconds read %s', (seconds, text) => {
  expect(describeWait({ ...QUEUED, estimated_wait_s: seconds })).toContain(text);
});

test('those before it are counted', () => {
  expect(describeWait({ ...QUEUED, queue_position: 3 })).toContain('À sua frente: 3.');
});

test('where nothing was measured no time is promised', () => {
  expect(describeWait({ ...QUEUED, queue_position: 0, estimated_wait_s: null })).not.toMatch(/[0-9]/);
});

test('what is being read no longer waits', () => {
  expect(describeWait({ ...QUEUED, state: 'running' })).not.toContain('fila');
});
