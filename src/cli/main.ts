#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Failure } from '../core/failure.ts';
import { advise, type Programs } from './advise.ts';
import { parseCommand, USAGE, UsageError } from './arguments.ts';
import { countCallsOf } from './count-calls.ts';
import { fix } from './fix.ts';
import { keepTerminalOpen } from './keep-open.ts';
import { open } from './open.ts';
import { say, tell } from './output.ts';
import { takeSessionVariables } from './session.ts';
import { keepHeapSmall } from './small-heap.ts';

/** Runs one command and returns its exit code: 0 done, 1 it could not be done, 2 bad usage. */
async function main(words: readonly string[]): Promise<number> {
  const variables = takeSessionVariables();
  try {
    const command = parseCommand(words);
    switch (command.command) {
      case 'help':
        await tell(USAGE);
        break;
      case 'version':
        await tell(`${programs().version}\n`);
        break;
      case 'advise':
        keepHeapSmall();
        await advise(command, variables, programs());
        break;
      case 'count-calls':
        await countCallsOf(command, variables, programs());
        break;
      case 'fix':
        await fix(command);
        break;
      case 'open':
        await open(command, programs());
        break;
    }
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      say(`unblock: ${error.message}`);
      return 2;
    }
    if (error instanceof Failure) say(`unblock: ${error.message.replace('*unblock.nodePath*', '--node PATH')}`);
    else
      say(
        `unblock: this is a bug in Unblock, please report it.\n${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    return 1;
  } finally {
    if (variables.session !== undefined) await keepTerminalOpen();
  }
}

function programs(): Programs {
  const { version } = JSON.parse(readFileSync(join(__dirname, '..', 'package.json'), 'utf8')) as { version: string };
  return { distFolder: __dirname, version };
}

// A reader of stdout that goes away early is no error of ours.
process.stdout.on('error', () => undefined);
void main(process.argv.slice(2)).then((code) => process.exit(code));
