import * as vscode from 'vscode';
import type { RefactorChoice, ReportAdvice } from '../core/report/report.ts';
import type { RefactorClient } from '../languages/node/syntax/refactor-client.ts';
import { COMMANDS } from './contributions.ts';
import { adviceRange, shownAdvice } from './diagnostics.ts';
import type { Log } from './log.ts';
import { workOut, workspaceEdit, type WorkedOut } from './refactors.ts';
import type { ResultsStore } from './results.ts';
import { withGain } from './words.ts';

type Outcome = WorkedOut | { reason: string };

/** The two kinds under which a refactor is offered: in the refactor menu, and as the quick fix of its diagnostic. */
const REWRITE = vscode.CodeActionKind.RefactorRewrite.append('unblock');

/** A person who does what a refusal asks for (allows writing, moves a file away) changes no text, and tries again. */
const REFUSAL_HOLDS_MS = 2_000;

export const codeActionMetadata: vscode.CodeActionProviderMetadata = {
  providedCodeActionKinds: [vscode.CodeActionKind.QuickFix, REWRITE],
};

class RefactorAction extends vscode.CodeAction {
  readonly advice: ReportAdvice;
  readonly workedOut: WorkedOut;
  readonly choice: RefactorChoice['id'] | null;

  constructor(
    title: string,
    kind: vscode.CodeActionKind,
    advice: ReportAdvice,
    workedOut: WorkedOut,
    choice: RefactorChoice['id'] | null = null,
  ) {
    super(title, kind);
    this.advice = advice;
    this.workedOut = workedOut;
    this.choice = choice;
  }
}

export interface LightBulb {
  provider: vscode.CodeActionProvider;
  /** Works out what the light bulb will offer for an advice, so that it can answer at once. */
  prepare: (advice: ReportAdvice) => Promise<void>;
}

/**
 * The light bulb: the refactor of each advice on the line, worked out for the text on screen so that its title is true, or the reason
 * why there is none. The edit itself is made when an action is chosen.
 */
export function createLightBulb(store: ResultsStore, client: RefactorClient, log: Log): LightBulb {
  /** The editor asks at each move of the cursor: an answer holds until a text changes, a refusal only for a moment. */
  const answers = new Map<string, { texts: string; outcome: Promise<Outcome>; refusedAt: number | null }>();
  store.onDidChange(() => {
    if (store.current === null) answers.clear();
  });

  const provider: vscode.CodeActionProvider = {
    async provideCodeActions(document, range, context, token) {
      const here = shownAdvice(store).filter(
        (advice) => vscode.Uri.file(advice.file).toString() === document.uri.toString() && touches(adviceRange(advice, store), range),
      );
      const actions: vscode.CodeAction[] = [];
      for (const advice of here) {
        if (token.isCancellationRequested) return [];
        actions.push(...(await actionsFor(advice, document, context)));
      }
      // Several advices of one line: first what can be applied, then why the others can't, then the pages.
      return actions.sort((a, b) => rank(a) - rank(b));
    },
    async resolveCodeAction(action) {
      if (!(action instanceof RefactorAction)) return action;
      // A file that is saved and not on screen may have changed too: one that calls what changes, say.
      const outcome = await workOutSafely(action.advice, { again: true, choice: action.choice });
      const isSame = 'result' in outcome && outcome.result.title === action.workedOut.result.title;
      const edit = isSame ? workspaceEdit(outcome) : null;
      if (edit !== null) action.edit = edit;
      // VS Code shows nothing for an action that turns out to have no edit.
      else
        void vscode.window.showInformationMessage(
          'reason' in outcome ? outcome.reason : vscode.l10n.t('The file has changed meanwhile: open the light bulb again.'),
        );
      return action;
    },
  };
  return { provider, prepare: (advice) => workOutSafely(advice).then(() => undefined) };

  async function actionsFor(
    advice: ReportAdvice,
    document: vscode.TextDocument,
    context: vscode.CodeActionContext,
  ): Promise<vscode.CodeAction[]> {
    const outcome = await workOutSafely(advice);
    const diagnostics = context.diagnostics.filter((one) => one.source === 'Unblock' && ruleOf(one) === advice.rule);
    const wants = (kind: vscode.CodeActionKind): boolean =>
      context.only === undefined || context.only.contains(kind) || kind.contains(context.only);
    // The light bulb shows the change once, as a quick fix; the Refactor menu asks for its own kind.
    const wantsRewrite = context.only !== undefined && wants(REWRITE);
    const actions: vscode.CodeAction[] = [];
    if ('reason' in outcome) {
      if (wantsRewrite) {
        const refused = new vscode.CodeAction(withGain(advice.message, advice), REWRITE);
        refused.disabled = { reason: outcome.reason };
        actions.push(refused);
      }
      if (wants(vscode.CodeActionKind.QuickFix)) {
        const why = new vscode.CodeAction(
          vscode.l10n.t('Why can’t Unblock make this change? ({0})', advice.rule),
          vscode.CodeActionKind.QuickFix,
        );
        why.command = { command: COMMANDS.whyNot, title: why.title, arguments: [advice.id, outcome.reason] };
        why.diagnostics = diagnostics;
        actions.push(why);
      }
    } else {
      // The report's words count the calls; once the function has changed, only what was worked out just now is true.
      const stale = store.isStale(store.hotSpotOf(advice), advice);
      const title = stale ? outcome.result.title : withGain(advice.message, advice);
      if (wants(vscode.CodeActionKind.QuickFix)) {
        const fix = new RefactorAction(title, vscode.CodeActionKind.QuickFix, advice, outcome);
        fix.diagnostics = diagnostics;
        fix.isPreferred = outcome.result.safety === 'safe' && !stale;
        actions.push(fix);
      }
      if (wantsRewrite) actions.push(new RefactorAction(title, REWRITE, advice, outcome));
      for (const { id } of offeredChoices(advice)) {
        const other = await workOutSafely(advice, { choice: id });
        if ('reason' in other) continue;
        const kind = wantsRewrite ? REWRITE : vscode.CodeActionKind.QuickFix;
        if (!wants(kind)) continue;
        const action = new RefactorAction(other.result.title, kind, advice, other, id);
        action.diagnostics = diagnostics;
        actions.push(action);
      }
    }
    if (wants(vscode.CodeActionKind.QuickFix)) {
      const explain = new vscode.CodeAction(vscode.l10n.t('Explain {0}', advice.rule), vscode.CodeActionKind.QuickFix);
      explain.command = { command: COMMANDS.explainRule, title: explain.title, arguments: [advice.rule] };
      explain.diagnostics = diagnostics;
      actions.push(explain);
    }
    log.debug(`${document.fileName}: ${actions.length} code actions for ${advice.id}`);
    return actions;
  }

  /** `again`: whatever was answered before. `choice`: another way to make the change. */
  async function workOutSafely(
    advice: ReportAdvice,
    { again = false, choice = null }: { again?: boolean; choice?: RefactorChoice['id'] | null } = {},
  ): Promise<Outcome> {
    const hotSpot = store.hotSpotOf(advice);
    if (store.current === null || hotSpot === undefined)
      return { reason: vscode.l10n.t('The report no longer has this hot spot: profile again.') };
    if (!advice.refactor.available && advice.refactor.untilProfiled === true) return { reason: advice.refactor.reason };
    const texts = `${store.current.folder} ${onScreen(advice.file)}`;
    const key = choice === null ? advice.id : `${advice.id} ${choice}`;
    const known = answers.get(key);
    const isOld = known?.refusedAt != null && performance.now() - known.refusedAt > REFUSAL_HOLDS_MS;
    if (known?.texts === texts && !isOld && !again) return known.outcome;
    const outcome = workOut(client, advice, hotSpot, store.current.report, store.lineNow, choice).catch((error: unknown) => {
      answers.delete(key);
      log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
      return { reason: vscode.l10n.t('The change could not be worked out: the log says why.') };
    });
    const answer = { texts, outcome, refusedAt: null as number | null };
    answers.set(key, answer);
    void outcome.then((one) => {
      if ('reason' in one) answer.refusedAt = performance.now();
    });
    return outcome;
  }
}

/** Other ways to make the change that the report found to be possible. */
function offeredChoices({ refactor }: ReportAdvice): RefactorChoice[] {
  return refactor.available ? (refactor.choices ?? []).filter((one) => one.available) : [];
}

/** Names the state of the texts that a refactor is worked out from. */
function onScreen(file: string): string {
  return vscode.workspace.textDocuments
    .filter((one) => one.uri.scheme === 'file' && (one.isDirty || one.uri.fsPath === file))
    .map((one) => `${one.uri.fsPath}@${one.version}`)
    .join(' ');
}

function rank(action: vscode.CodeAction): number {
  if (action.command === undefined) return action.disabled === undefined ? 0 : 1;
  return action.command.command === COMMANDS.whyNot ? 2 : 3;
}

function touches(place: vscode.Range, range: vscode.Range): boolean {
  return range.start.line <= place.end.line && range.end.line >= place.start.line;
}

function ruleOf(diagnostic: vscode.Diagnostic): unknown {
  return typeof diagnostic.code === 'object' ? diagnostic.code.value : diagnostic.code;
}
