import type { ChildProcesses } from './child-processes.ts';
import type { LaunchedScript } from './launch.ts';
import { descendantsOf, endTogether, killAll } from './process-tree.ts';
import type { RecordRequest } from './recorder.ts';

/** How long a script that is to be stopped may take to hand out its profile, and then to end by itself. */
const ANSWER_MS = 2500;
const FAREWELL_MS = 1000;
/** How long its main thread may wait for a child of its own meanwhile. */
const CHILDREN_MS = 400;

export interface RequestedEnding {
  stopped: boolean;
  /** Stops listening for requests, when the script has ended. */
  forget(): void;
}

/** Ends the script when it is asked for: first its profile, then a friendly signal, then an unfriendly one to it and all it started. */
export function endOnRequest(
  { stop, cancel }: RecordRequest,
  script: LaunchedScript,
  children: Pick<ChildProcesses, 'unanswered' | 'tell'>,
  scriptAnswered: () => boolean,
): RequestedEnding {
  const hasAnswered = () => scriptAnswered() && children.unanswered().length === 0;
  const timers: NodeJS.Timeout[] = [];
  const { process: child } = script;
  const state: RequestedEnding = {
    stopped: false,
    forget() {
      timers.forEach(clearTimeout);
      stop.removeEventListener('abort', onStop);
      cancel.removeEventListener('abort', end);
    },
  };
  const end = () => {
    const { pid } = child;
    if (pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const family = endTogether(child, pid);
    const force = setTimeout(() => {
      child.kill('SIGSTOP');
      killAll([...family, ...descendantsOf(pid), pid]);
    }, FAREWELL_MS);
    timers.push(force);
    child.once('exit', () => {
      clearTimeout(force);
      killAll(family);
    });
  };
  const onStop = () => {
    const { pid } = child;
    if (pid === undefined || scriptAnswered()) return;
    state.stopped = true;
    script.tell('stop');
    children.tell('stop');
    const beganMs = performance.now();
    let freedMs = beganMs;
    const poll = setInterval(() => {
      const nowMs = performance.now();
      if (hasAnswered() || nowMs - beganMs > ANSWER_MS) {
        clearInterval(poll);
        end();
      } else if (nowMs - freedMs > CHILDREN_MS) {
        // A main thread inside spawnSync answers nothing until the child it waits for is gone: so those that have answered go first.
        freedMs = nowMs;
        const unanswered = children.unanswered();
        killAll(descendantsOf(pid).filter((one) => !unanswered.includes(one)));
      }
    }, 5);
    timers.push(poll);
  };
  stop.addEventListener('abort', onStop, { once: true });
  cancel.addEventListener('abort', end, { once: true });
  if (stop.aborted) onStop();
  return state;
}
