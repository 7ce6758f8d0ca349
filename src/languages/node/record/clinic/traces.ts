import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

type JoinTrace = (pattern: string, output: string, done: (error: Error | null) => void) => void;

/** clinic's readers fail on a log without any event. */
const NOTHING = '{"traceEvents":[{"pid":0,"tid":0,"ts":0,"tts":0,"ph":"M","cat":"__metadata","name":"none","dur":0,"tdur":0,"args":{}}]}';

/** Joins node's trace logs of a run (node begins a new one when one grows large) to the file in which clinic looks for them. */
export function joinTraces(load: NodeJS.Require, folder: string, output: string): Promise<void> {
  if (!readdirSync(folder).some((name) => TRACE.test(name))) {
    // A killed process leaves none.
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

const TRACE = /^node_trace\.\d+\.log$/;
