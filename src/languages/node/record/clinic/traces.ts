import { closeSync, fstatSync, ftruncateSync, openSync, readdirSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

type JoinTrace = (pattern: string, output: string, done: (error: Error | null) => void) => void;

/** clinic's readers fail on a log without any event. */
const NOTHING = '{"traceEvents":[{"pid":0,"tid":0,"ts":0,"tts":0,"ph":"M","cat":"__metadata","name":"none","dur":0,"tdur":0,"args":{}}]}';
const TRACE = /^node_trace\.\d+\.log$/;

/** Joins node's trace logs of a run (node begins a new one when one grows large) to the file in which clinic looks for them. */
export function joinTraces(load: NodeJS.Require, folder: string, output: string): Promise<void> {
  const logs = readdirSync(folder).filter((name) => TRACE.test(name));
  for (const name of logs) mend(join(folder, name));
  if (logs.length === 0) {
    // A killed process may leave none.
    writeFileSync(output, NOTHING);
    return Promise.resolve();
  }
  const joinTrace = load('@clinic/node-trace-log-join') as JoinTrace;
  return new Promise((resolve, reject) => {
    joinTrace(join(folder, 'node_trace.*.log'), output, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
}

/** More than the longest event. */
const TAIL_BYTES = 64 * 1024;

/** The log of a process that was ended ends anywhere: it is cut after its last whole event, as clinic's parser fails on a part of one. */
function mend(file: string): void {
  const log = openSync(file, 'r+');
  try {
    const { size } = fstatSync(log);
    const from = Math.max(0, size - TAIL_BYTES);
    const tail = Buffer.alloc(size - from);
    readSync(log, tail, 0, tail.length, from);
    const text = tail.toString('latin1');
    if (text.trimEnd().endsWith(']}')) return;
    const next = text.lastIndexOf('}},{"pid"');
    const end = next < 0 ? 0 : from + next + '}}'.length;
    ftruncateSync(log, end);
    writeSync(log, end === 0 ? NOTHING : ']}', end);
  } finally {
    closeSync(log);
  }
}
