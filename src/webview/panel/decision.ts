import { callsWords, canCountCalls, cloneWords } from '../../core/report/words-of-calls.ts';
import { capitalised, formatBytes, formatDuration, formatHotShare, formatSpeedup } from '../../core/report/format.ts';
import type { Report, ReportAdvice } from '../../core/report/report.ts';
import { BOUND_LABELS, changeOf, MODEL_LABELS, nothingFound, predictedGain } from '../../core/report/words.ts';
import { button, element, sentence } from '../element.ts';
import { eventLoop } from './event-loop.ts';
import { shortPath } from './source.ts';

export interface DecisionEvents {
  show(advice: ReportAdvice): void;
  open(file: string, line: number): void;
  fix(advice: ReportAdvice): void;
  countCalls(): void;
}

/** What to do, what it would bring, what else was weighed, and what was left alone and why. */
export function decision(report: Report | null, editor: boolean, events: DecisionEvents): HTMLElement {
  const root = element('div', { class: 'scroll decision' });
  if (report === null) {
    root.append(element('p', { class: 'face' }, 'This profile came without a report. Run Profile and Advise on the script to get advice.'));
    return root;
  }
  root.append(verdict(report));
  const loops = eventLoop(report, (file, line) => events.open(file, line));
  if (loops !== null) root.append(loops);
  if (report.advice.length === 0 && report.verdict.bound !== 'insufficient-data')
    root.append(element('section', { class: 'card' }, element('h2', {}, nothingFound(report)), element('p', {}, nothingWhy(report))));
  for (const [index, advice] of report.advice.entries()) root.append(adviceCard(report, advice, index, editor, events));
  if (report.leftAlone.length > 0) root.append(leftAlone(report, events));
  return root;
}

function verdict(report: Report): HTMLElement {
  const list = element('ul', { class: 'evidence' });
  for (const sentence of report.verdict.evidence) list.append(element('li', {}, sentence));
  return element('section', { class: 'verdict' }, element('h2', {}, `The whole run: ${BOUND_LABELS[report.verdict.bound]}`), list);
}

function nothingWhy(report: Report): string {
  return report.leftAlone.length > 0
    ? 'No change would pay for what it costs. Below is what was looked at, and why it was left alone.'
    : 'No function of yours takes enough of the time for a change to pay.';
}

function adviceCard(report: Report, advice: ReportAdvice, index: number, editor: boolean, events: DecisionEvents): HTMLElement {
  const place = `${shortPath(advice.file, report.target.cwd)}:${advice.line}`;
  const actions = element('div', { class: 'actions' });
  const spot = report.hotSpots.find((one) => one.id === advice.hotSpot);
  const measured = spot ? [callsWords(spot), cloneWords(spot.callSizes)].filter((words) => words !== null) : [];
  if (advice.refactor.available && editor)
    actions.append(button('Fix', { class: 'primary', title: 'Open the light bulb on this call' }, () => events.fix(advice)));
  actions.append(
    button('Show in the flame graph', {}, () => events.show(advice)),
    button('Open', {}, () => events.open(advice.file, advice.line)),
  );
  if (editor && advice.model === 'worker-threads' && canCountCalls(report))
    actions.append(
      button(
        'Count calls and sizes',
        { title: 'Run the script a second time, unseen: whether a worker pays hangs on what a call takes' },
        () => events.countCalls(),
      ),
    );
  const refactor = advice.refactor.available
    ? advice.refactor.safety === 'safe'
      ? 'Unblock can make this change: it keeps what the program does.'
      : 'Unblock can make this change: look it over before you keep it.'
    : `Unblock won't make this change itself: ${advice.refactor.reason}`;
  const card = element(
    'section',
    { class: 'card' },
    element('h2', {}, element('span', { class: 'rank' }, `${index + 1}`), ...sentence(changeOf(advice))),
    element('p', { class: 'muted' }, `${place} · ${advice.rule}`),
    gain(advice),
    element('p', {}, ...sentence(advice.why)),
    spot && measured.length > 0 ? element('p', { class: 'muted' }, `${spot.function}: ${measured.join('; ')}.`) : null,
    models(advice),
    element('p', { class: advice.refactor.available ? '' : 'refused' }, ...sentence(refactor)),
  );
  for (const choice of advice.refactor.available ? (advice.refactor.choices ?? []) : []) {
    const words = choice.available
      ? `On request with typed arrays in shared memory, rather than copied: ${editor ? 'the light bulb offers both' : `\`--choice ${choice.id}\``}.`
      : `Typed arrays can't be shared rather than copied: ${choice.reason}`;
    card.append(element('p', { class: 'muted' }, ...sentence(words)));
  }
  if (advice.refactor.available && !editor)
    card.append(
      element('p', { class: 'muted' }, 'On the command line: ', element('code', {}, `unblock fix REPORT.json --advice ${advice.id}`)),
    );
  card.append(actions);
  return card;
}

/** The predicted range on a scale from 1× (no change) on. */
function gain(advice: ReportAdvice): HTMLElement {
  const { speedup, low, high, basis } = advice.predicted;
  const gained = predictedGain(advice);
  const most = Math.max(2, Math.ceil(high));
  const at = (factor: number): number => ((Math.max(1, Math.min(most, factor)) - 1) / (most - 1)) * 100;
  const range = element('span', { class: 'range' });
  range.style.left = `${at(low)}%`;
  range.style.width = `${Math.max(0.8, at(high) - at(low))}%`;
  const mark = element('span', { class: 'mark' });
  mark.style.left = `${at(speedup)}%`;
  return element(
    'div',
    { class: 'gain' },
    element('strong', {}, capitalised(gained)),
    element(
      'div',
      { class: 'scale', 'aria-hidden': 'true' },
      element('span', {}, '1×'),
      element('span', { class: 'track' }, range, mark),
      element('span', {}, formatSpeedup(most)),
    ),
    element('span', { class: 'muted' }, ...sentence(basis)),
  );
}

/** The advised way first, then the others by what they would bring; what was not weighed is only named. */
function models(advice: ReportAdvice): HTMLElement {
  const body = element('tbody', {});
  const all = advice.alternatives.some((one) => one.model === advice.model)
    ? advice.alternatives
    : [{ model: advice.model, speedup: advice.predicted.speedup, memoryBytes: null, edits: null }, ...advice.alternatives];
  const weighed = all
    .filter((one) => one.model === advice.model || one.speedup !== null)
    .sort((a, b) => Number(b.model === advice.model) - Number(a.model === advice.model) || (b.speedup ?? 0) - (a.speedup ?? 0));
  const others = all.filter((one) => !weighed.includes(one)).map((one) => MODEL_LABELS[one.model]);
  for (const { model, speedup, memoryBytes, edits } of weighed) {
    const chosen = model === advice.model;
    body.append(
      element(
        'tr',
        { class: chosen ? 'chosen' : null },
        element('th', { scope: 'row' }, MODEL_LABELS[model], chosen ? element('span', { class: 'tag' }, 'advised') : null),
        element('td', { class: 'numeric' }, speedup === null ? '–' : formatSpeedup(speedup)),
        element('td', { class: 'numeric' }, memoryBytes === null ? '–' : memoryBytes === 0 ? 'none' : `+${formatBytes(memoryBytes)}`),
        element('td', { class: 'numeric' }, edits === null ? '–' : edits === 0 ? 'none' : `${edits}`),
      ),
    );
  }
  const table = element(
    'table',
    { class: 'models' },
    element('caption', { class: 'spoken' }, 'What was weighed'),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'Way'),
        element('th', { scope: 'col', class: 'numeric' }, 'Speed-up'),
        element('th', { scope: 'col', class: 'numeric' }, 'Memory'),
        element('th', { scope: 'col', class: 'numeric' }, 'Lines to edit'),
      ),
    ),
    body,
  );
  const rest = element('p', { class: 'muted' }, `Not weighed here: ${others.join(', ')}.`);
  return element('div', {}, table, others.length > 0 ? rest : null);
}

function leftAlone(report: Report, events: DecisionEvents): HTMLElement {
  const body = element('tbody', {});
  for (const one of report.leftAlone)
    body.append(
      element(
        'tr',
        {},
        element(
          'th',
          { scope: 'row' },
          button(one.function, { class: 'link name', title: 'Open the source' }, () => events.open(one.file, one.line)),
          element('span', { class: 'muted where' }, `${shortPath(one.file, report.target.cwd)}:${one.line}`),
        ),
        element(
          'td',
          { class: 'numeric' },
          formatHotShare(one),
          element('span', { class: 'spoken' }, ` of ${formatDuration(report.run.wallMs)}`),
        ),
        element('td', {}, ...sentence(one.reason)),
      ),
    );
  return element(
    'section',
    { class: 'card quiet' },
    element('h2', {}, 'Left alone'),
    element(
      'table',
      { class: 'left' },
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('th', { scope: 'col' }, 'Function'),
          element('th', { scope: 'col', class: 'numeric' }, 'Share'),
          element('th', { scope: 'col' }, 'Why'),
        ),
      ),
      body,
    ),
  );
}
