import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import type { Recording } from '../core/recording.ts';
import { SAVED } from '../protocol/session.ts';
import { countSaved } from '../workflows/count-saved.ts';
import { inSession, textReport, type Programs } from './advise.ts';
import type { CountCallsCommand } from './arguments.ts';
import { tell } from './output.ts';
import { prepareResults, saveRun } from './save.ts';
import type { SessionVariables } from './session.ts';

/** Runs the script of a saved run a second time to count its calls, and writes the run's report anew. Throws a Failure where that can't be done. */
export async function countCallsOf(command: CountCallsCommand, variables: SessionVariables, { distFolder }: Programs): Promise<void> {
  await inSession(variables, false, async ({ stop, cancel, session }) => {
    const { folder } = command;
    const saved = readRecording(folder);
    prepareResults(folder, []);
    const { recording, analysis } = await countSaved({
      ...saved,
      distFolder,
      ...(variables.target === null ? {} : { minShare: variables.target.minShare }),
      stop: stop.signal,
      cancel: cancel.signal,
      onProgress: (phase, elapsedMs) => session.tell({ type: 'progress', phase, elapsedMs }),
    });
    saveRun(folder, recording, analysis);
    const { report } = analysis;
    await tell(command.json ? `${JSON.stringify(report, null, 2)}\n` : textReport(report, folder, variables.session !== undefined));
    session.tell({ type: 'done', folder });
  });
}

/** What `--save` wrote, and when. Throws a Failure. */
function readRecording(folder: string): { recording: Recording; recordedMs: number } {
  const file = join(folder, SAVED.recording);
  try {
    const recording = JSON.parse(readFileSync(file, 'utf8')) as Recording;
    if ((recording.schema as string) !== 'unblock/recording/1' || !Array.isArray(recording.lanes)) throw new Error('another schema');
    return { recording, recordedMs: statSync(file).mtimeMs };
  } catch (error) {
    throw new Failure(`${folder} holds no recording: name the folder that \`unblock advise --save DIR\` wrote.`, String(error));
  }
}
