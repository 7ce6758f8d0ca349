import { formatBytes } from './format.ts';

/** `4.1 MB of arguments and 12 kB of result`. */
export function sizesWords(argumentBytes: number | null, resultBytes: number | null): string {
  const parts = [
    ...(argumentBytes === null ? [] : [`${formatBytes(argumentBytes)} of arguments`]),
    ...(resultBytes === null ? [] : [`${formatBytes(resultBytes)} of result`]),
  ];
  return parts.join(' and ');
}
