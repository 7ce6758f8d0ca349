/**
 * What went wrong, in words for a person: `message` is one sentence that says what happened and what to do; `detail` is for the log.
 * Anything else that is thrown is a bug of ours and is reported as one.
 */
export class Failure extends Error {
  readonly detail: string;

  constructor(message: string, detail = '') {
    super(message);
    this.name = 'Failure';
    this.detail = detail;
  }
}
