import { formatDuration } from '../../core/report/format.ts';
import { frameWords, longestBlockages, loopSentence, servingLanes, type LaneBlockage } from '../../core/report/words-event-loop.ts';
import type { BlockageFrame, Report } from '../../core/report/report.ts';
import { button, element } from '../element.ts';
import { shortPath } from './source.ts';

/** Blockages shown; the report has more. */
const MOST_BLOCKAGES = 6;

/** What a server's callers feel of its event loops: how late they answer, and what kept them; null where nobody waits for the program. */
export function eventLoop(report: Report, open: (file: string, line: number) => void): HTMLElement | null {
  const lanes = servingLanes(report);
  if (lanes.length === 0) return null;
  const section = element(
    'section',
    { class: 'card quiet' },
    element('h2', {}, lanes.length === 1 ? 'Event loop' : 'Event loops'),
    element('p', {}, loopSentence(lanes)),
  );
  const blockages = longestBlockages(lanes, MOST_BLOCKAGES);
  if (blockages.length === 0) return section;
  const body = element('tbody', {});
  for (const [index, blockage] of blockages.entries()) body.append(...rows(report, blockage, index, lanes.length > 1, open));
  section.append(
    element(
      'table',
      { class: 'left blockages' },
      element('caption', { class: 'spoken' }, 'The longest blockages'),
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col', class: 'numeric' }, 'Blocked'),
          element('th', { scope: 'col', class: 'numeric' }, 'After'),
          element('th', { scope: 'col' }, 'By'),
          element('th', { scope: 'col', class: 'numeric' }, 'Requests that waited'),
        ),
      ),
      body,
    ),
  );
  return section;
}

/** A blockage, and below it its stack, which is shown when it is asked for. */
function rows(
  report: Report,
  blockage: LaneBlockage,
  index: number,
  several: boolean,
  open: (file: string, line: number) => void,
): HTMLElement[] {
  const { durationMs, startMs, function: name, file, line, stack, heldUp, lane } = blockage;
  const length = formatDuration(durationMs);
  const id = `blockage-${index}`;
  const detail = element('tr', { id, class: 'stack', hidden: true }, element('td', { colspan: 4 }, stackList(report, blockage, open)));
  const opener = button('', { class: 'link expand', 'aria-expanded': 'false', 'aria-controls': id }, () => {
    detail.hidden = !detail.hidden;
    opener.setAttribute('aria-expanded', detail.hidden ? 'false' : 'true');
  });
  opener.title = 'Show the stack that caused it';
  opener.append(
    element('span', { class: 'arrow', 'aria-hidden': 'true' }, '▸'),
    length,
    element('span', { class: 'spoken' }, `, stack of ${name ?? 'no function of yours'}`),
  );
  const row = element(
    'tr',
    {},
    element('td', { class: 'numeric' }, ...(stack.length > 0 ? [opener] : [length])),
    element('td', { class: 'numeric' }, formatDuration(startMs)),
    element(
      'th',
      { scope: 'row' },
      ...(name !== null && file !== null && line !== null
        ? [
            button(name, { class: 'link name', title: 'Open the source' }, () => open(file, line)),
            element('span', { class: 'muted where' }, `${shortPath(file, report.target.cwd)}:${line}`),
          ]
        : ['no function of yours']),
      ...(several ? [element('span', { class: 'muted where' }, `in ${lane.name}`)] : []),
    ),
    element('td', { class: 'numeric' }, heldUp === null ? '–' : `${heldUp}`),
  );
  return stack.length > 0 ? [row, detail] : [row];
}

/** Innermost first, as in an error's stack; what is not the user's own is dimmed. */
function stackList(report: Report, { stack, durationMs }: LaneBlockage, open: (file: string, line: number) => void): HTMLElement {
  const list = element('ol', { class: 'frames', 'aria-label': 'Stack, innermost first' });
  for (const frame of stack)
    list.append(
      element(
        'li',
        { class: frame.owner === 'user' ? null : 'dim' },
        element('span', { class: 'numeric' }, formatDuration(Math.min(frame.ms, durationMs))),
        element('span', { class: 'frame' }, ...frameText(report, frame, open)),
      ),
    );
  return list;
}

function frameText(report: Report, frame: BlockageFrame, open: (file: string, line: number) => void): (Node | string)[] {
  const { file, line, owner } = frame;
  const words = frameWords(frame);
  if (file === null || line === null || owner === 'core' || owner === 'native') return [words];
  return [
    button(words, { class: 'link name', title: 'Open the source' }, () => open(file, line)),
    element('span', { class: 'muted' }, ` ${shortPath(file, report.target.cwd)}:${line}`),
  ];
}
