import { relativeTo } from '../profile/find-hot-spots.ts';
import { fileUrl } from '../profile/timed-lanes.ts';
import type { Report } from './report.ts';
import { predictedGain } from './words.ts';

/**
 * The advice as SARIF 2.1.0 (OASIS, 2020), for viewers and code hosts that take analysers' results.
 * `ruleUrl`: where a rule's page is; null where it has no address.
 */
export function sarif(report: Report, version: string, ruleUrl: (rule: string) => string | null): object {
  const rules = [...new Set(report.advice.map((one) => one.rule))].sort();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Unblock',
            version,
            rules: rules.map((id) => ({
              id,
              shortDescription: { text: id.replaceAll('-', ' ') },
              help: { text: `What this rule finds, why, and when not to follow it: docs/rules/${id}.md of Unblock.` },
              defaultConfiguration: { level: 'note' },
              ...(ruleUrl(id) === null ? {} : { helpUri: ruleUrl(id) }),
            })),
          },
        },
        originalUriBaseIds: { ROOT: { uri: `${fileUrl(report.target.cwd).replace(/\/$/, '')}/` } },
        // Columns count UTF-16 units, as JavaScript does.
        columnKind: 'utf16CodeUnits',
        results: report.advice.map((one) => ({
          ruleId: one.rule,
          ruleIndex: rules.indexOf(one.rule),
          // Slow code is not wrong.
          level: 'note',
          message: { text: `${one.message} ${one.why} (${predictedGain(one)})` },
          locations: [{ physicalLocation: { artifactLocation: artifact(report.target.cwd, one.file), region: { startLine: one.line } } }],
          partialFingerprints: { 'unblockAdvice/v1': `${one.rule}:${relativeTo(report.target.cwd, one.file)}:${one.line}` },
          properties: { id: one.id, hotSpot: one.hotSpot, model: one.model, predicted: one.predicted },
        })),
      },
    ],
  };
}

function artifact(cwd: string, file: string): { uri: string; uriBaseId?: string } {
  const relative = relativeTo(cwd, file);
  return relative === file.replaceAll('\\', '/')
    ? { uri: fileUrl(file) }
    : { uri: relative.split('/').map(encodeURIComponent).join('/'), uriBaseId: 'ROOT' };
}
