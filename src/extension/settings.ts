import { homedir } from 'node:os';
import { dirname, isAbsolute, resolve } from 'node:path';
import * as vscode from 'vscode';
import { Failure } from '../core/failure.ts';
import type { ENGINES, SAVE_CHOICES } from './contributions.ts';

export interface RunSettings {
  nodePath: string;
  nodeOptions: string[];
  args: string[];
  env: Record<string, string>;
  /** Absolute path. */
  cwd: string;
  engine: (typeof ENGINES)[number];
  /** Each profile runs the script a second time, to count calls. */
  countCalls: boolean;
  /** 0 to 1. */
  minimumShare: number;
  saveBeforeRun: (typeof SAVE_CHOICES)[number];
}

/** The settings for running one script, its folder's own included. Throws a Failure for a value of the wrong kind. */
export function runSettings(script: vscode.Uri): RunSettings {
  const settings = vscode.workspace.getConfiguration('unblock', script);
  const folder = vscode.workspace.getWorkspaceFolder(script)?.uri.fsPath ?? dirname(script.fsPath);
  const fill = (text: string): string =>
    text
      .replaceAll('${workspaceFolder}', folder)
      .replaceAll('${fileDirname}', dirname(script.fsPath))
      .replaceAll('${userHome}', homedir())
      .replaceAll(/\$\{env:([^}]+)\}/g, (_, name: string) => process.env[name] ?? '');
  const cwd = fill(text(settings, 'cwd'));
  return {
    nodePath: fill(text(settings, 'nodePath')),
    nodeOptions: list(settings, 'nodeOptions').map(fill),
    args: list(settings, 'args').map(fill),
    env: Object.fromEntries(Object.entries(variables(settings)).map(([name, value]) => [name, fill(value)])),
    cwd: cwd === '' ? folder : isAbsolute(cwd) ? cwd : resolve(folder, cwd),
    engine: settings.get<RunSettings['engine']>('engine', 'v8'),
    countCalls: settings.get<boolean>('countCalls', false),
    minimumShare: minimumShare(),
    saveBeforeRun: settings.get<RunSettings['saveBeforeRun']>('saveBeforeRun', 'script'),
  };
}

/** Share of the run's wall time, 0 to 1, below which nothing is shown in the editor. */
export function minimumShare(): number {
  const percent = vscode.workspace.getConfiguration('unblock').get<number>('minimumShare', 5);
  return Number.isFinite(percent) ? Math.min(Math.max(percent, 0), 100) / 100 : 0.05;
}

function text(settings: vscode.WorkspaceConfiguration, name: string): string {
  const value = settings.get<unknown>(name, '');
  if (typeof value !== 'string') throw new Failure(`unblock.${name} must be text: correct it in the settings.`);
  return value.trim();
}

function list(settings: vscode.WorkspaceConfiguration, name: string): string[] {
  const value = settings.get<unknown>(name, []);
  if (!Array.isArray(value) || value.some((one) => typeof one !== 'string'))
    throw new Failure(`unblock.${name} must be a list of texts: correct it in the settings.`);
  return value as string[];
}

function variables(settings: vscode.WorkspaceConfiguration): Record<string, string> {
  const value = settings.get<unknown>('env', {});
  const valid = typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string');
  if (!valid) throw new Failure('unblock.env must be an object of texts: correct it in the settings.');
  return value as Record<string, string>;
}
