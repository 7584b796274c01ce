import { expect, it } from 'vitest';
import { detect } from '../../../src/analysis/detect.ts';
import { history } from '../sets/lines.ts';

it('knows transactions that send and poll for those of a log', () => {
  expect(
    detect(
      history([
        0,
        'ok',
        'txn',
        [
          ['poll', {}],
          ['send', 'x', [0, 1]],
        ],
      ]),
    ),
  ).toEqual(['log']);
  expect(detect(history([0, 'ok', 'txn', [['send', 'x', [0, 1]]]]))).toEqual(['log']);
  expect(detect(history([0, 'ok', 'txn', [['push', 'x', 1]]]))).toEqual([]);
  expect(detect(history([0, 'ok', 'txn', [['append', 'x', 1]]]))).toEqual(['list-append']);
});
