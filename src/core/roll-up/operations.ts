import type { LaneModel } from '../profile/lane-model.ts';
import type { RolledUpOperations } from '../recording.ts';

/** Adds the operations of a part that ended in it. `longestUs`: of each group, what one of its operations was waited for at most. */
export function addOperations(to: RolledUpOperations[], model: LaneModel, longestUs: Float64Array): void {
  const { groups, operations, profile, lane } = model;
  const ended = groups.map(() => ({ calls: 0, totalUs: 0, maxUs: 0 }));
  for (const { group, startUs, endUs } of operations) {
    // Those that go on are clipped to the part's end.
    if (endUs >= profile.endUs) continue;
    const sum = ended[group]!;
    sum.calls++;
    sum.totalUs += endUs - startUs;
    sum.maxUs = Math.max(sum.maxUs, endUs - startUs);
  }
  const known = new Map(to.map((row) => [keyOf(row), row]));
  groups.forEach(({ api: name, site, guards, meanInFlight, peakInFlight }, group) => {
    const { calls, totalUs, maxUs } = ended[group]!;
    if (calls === 0) return;
    const api = lane.operations.apis.indexOf(name);
    let row = known.get(keyOf({ api, site, guards }));
    if (!row) {
      row = { api, site, guards, calls: 0, totalUs: 0, maxUs: 0, longestWaitUs: 0, meanInFlight: 1, peakInFlight: 0 };
      known.set(keyOf(row), row);
      to.push(row);
    }
    const sumUs = row.totalUs + totalUs;
    if (sumUs > 0) row.meanInFlight = (row.meanInFlight * row.totalUs + meanInFlight * totalUs) / sumUs;
    row.calls += calls;
    row.totalUs = sumUs;
    row.maxUs = Math.max(row.maxUs, maxUs);
    row.peakInFlight = Math.max(row.peakInFlight, peakInFlight);
    row.longestWaitUs = Math.max(row.longestWaitUs, longestUs[group]!);
  });
}

function keyOf({ api, site, guards }: Pick<RolledUpOperations, 'api' | 'site' | 'guards'>): string {
  return `${api} ${site} ${guards}`;
}
