/** What `node --prof-process --preprocess` makes of V8's tick log, as 0x leaves it in `isolate-….log.json`. */
export interface TickLog {
  code: Code[];
  functions: { name: string; codes: number[] }[];
  ticks: Tick[];
  scripts: ({ url: string; source: string } | null)[];
}

export interface Tick {
  /** µs since V8's logger began, which is a few ms after the process. */
  tm: number;
  /** What V8 was doing (its StateTag). */
  vm: number;
  /** Innermost first: index into `code` (-1: an address nobody knows), offset in it, and so on in pairs. */
  s: number[];
}

/** A piece of machine code or bytecode that V8 made, or a function of its own. */
export interface Code {
  name: string;
  type: string;
  kind?: string;
  /** Index into the log's functions. */
  func?: number;
  source?: { script: number; start: number; end: number; positions: string; inlined: string; fns: number[] };
}
