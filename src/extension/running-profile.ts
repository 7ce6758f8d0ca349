import * as vscode from 'vscode';
import { CONTEXT_KEYS } from './contributions.ts';
import type { TerminalSession } from './terminal-session.ts';

export interface Run {
  /** The script's file name. */
  name: string;
  /** It is a process that ran before, and runs on. */
  attached: boolean;
  /** `3.2 s`, `analysing`: what the status bar and the notification say. */
  words: string;
  terminal: vscode.Terminal | null;
  session: TerminalSession | null;
  stop(): void;
  discard(): void;
}

/** The one profile that runs, if any: two at once would measure each other. */
export interface RunningProfile {
  readonly current: Run | null;
  readonly onDidChange: vscode.Event<void>;
  dispose(): void;
  begin(run: Run): void;
  tell(words: string): void;
  end(): void;
}

export function createRunningProfile(): RunningProfile {
  let current: Run | null = null;
  const changed = new vscode.EventEmitter<void>();
  const announce = (): void => {
    changed.fire();
    void vscode.commands.executeCommand('setContext', CONTEXT_KEYS.running, current !== null);
  };
  return {
    get current() {
      return current;
    },
    onDidChange: changed.event,
    begin(run) {
      current = run;
      announce();
    },
    tell(words) {
      if (current === null) return;
      current.words = words;
      changed.fire();
    },
    end() {
      current = null;
      announce();
    },
    dispose() {
      current?.discard();
      changed.dispose();
    },
  };
}
