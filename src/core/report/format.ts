/** Numbers as a person reads them: two or three significant figures, always with a unit. */

/** `412 ms`, `2.41 s`, `1 min 12 s`. Below 10 ms one decimal; below 0.1 ms `<0.1 ms`. */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms) || ms < 0) return '–';
  if (ms === 0) return '0 ms';
  if (ms < 0.1) return '<0.1 ms';
  if (ms < 9.95) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${ms.toFixed(0)} ms`;
  const seconds = ms / 1000;
  if (seconds < 9.995) return `${seconds.toFixed(2)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `Worker threads`, of `worker threads`. */
export function capitalised(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A share, 0 to 1, as `38 %`, `3.8 %` or `<0.1 %`. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share) || share <= 0) return '0 %';
  const percent = share * 100;
  if (percent < 0.1) return '<0.1 %';
  return percent < 9.95 ? `${percent.toFixed(1)} %` : `${percent.toFixed(0)} %`;
}

/** The share of a hot spot, which is above 1 only where several threads were in it at once: `165 % on 4 threads`. */
export function formatHotShare({ share, threads = 1 }: { share: number; threads?: number }): string {
  return share > 1 && threads > 1 ? `${formatShare(share)} on ${threads} threads` : formatShare(share);
}

/** `1.9×`. */
export function formatSpeedup(factor: number): string {
  return factor < 9.95 ? `${factor.toFixed(1)}×` : `${factor.toFixed(0)}×`;
}

/** `31 MB`, in powers of 1,000 as memory is advertised; below 1 kB in bytes. */
export function formatBytes(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 || value >= 9.95 ? value.toFixed(0) : value.toFixed(1)} ${units[unit] ?? ''}`;
}
