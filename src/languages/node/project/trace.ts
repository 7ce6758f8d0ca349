import type TS from 'typescript';
import type { Binding } from '../syntax/scopes.ts';
import type { FunctionNode } from '../syntax/locate.ts';
import type { Source } from '../syntax/source.ts';
import type { Project } from './project.ts';

/** Where a function's value ends up, in whichever file. */
export type Use =
  /** The call runs the function. */
  | { kind: 'call'; source: Source; call: TS.CallExpression }
  /** The function is passed to something that may run it. */
  | { kind: 'argument'; source: Source; call: TS.CallExpression | TS.NewExpression; argument: TS.Expression }
  /** `new Store()`, where it is a class that is followed. */
  | { kind: 'creation'; source: Source; node: TS.NewExpression }
  /** Something outside of the project calls it and waits for what it answers with. */
  | { kind: 'awaited'; source: Source; node: TS.Node }
  /** From here on it can't be followed; `how` continues "load is … in line 3". */
  | { kind: 'lost'; source: Source; node: TS.Node; how: string };

export interface Uses {
  uses: Use[];
  /** Names under which the package's users can reach the function, with the file that exports them. */
  published: { name: string; file: string }[];
  /** Names under which a file exports the function. */
  exported: { name: string; file: string }[];
  /** What was taken for granted, for a person to look at. */
  doubts: string[];
}

/** The parts that follow a function's value call each other through this. */
export interface Trace extends Uses {
  project: Project;
  /** Whether it is a class that is followed, rather than a function. */
  isClass: boolean;
  /** Whether a place is met for the first time. */
  isNew(place: unknown, name?: string): boolean;
  lose(source: Source, node: TS.Node, how: string): void;
  followBinding(source: Source, binding: Binding): void;
  /** An expression that evaluates to the function. */
  followValue(source: Source, expression: TS.Node): void;
  /** A file that exports the function under a name. */
  followExport(source: Source, name: string): void;
  /** A property, method or field that holds the function: its declaration. */
  followMember(source: Source, declaration: TS.Node, name: string): void;
  /** Every use of another function, which hands out the one that is followed. */
  usesOf(source: Source, node: FunctionNode): Uses;
}
