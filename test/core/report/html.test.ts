import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { htmlReport, webviewHtml } from '../../../src/core/report/html.ts';
import { sampleProfile, sampleReport } from '../../webview/sample-report.ts';

const hostile = '</script><script>alert(1)</script><!--\u2028\u2029 & "quoted" \'';

describe('the HTML report', () => {
  const profile = sampleProfile();
  profile.nodes[3]!.callFrame = { ...profile.nodes[3]!.callFrame, functionName: hostile, url: hostile };
  const report = { ...sampleReport() };
  report.advice = report.advice.map((advice) => ({ ...advice, message: hostile }));
  const script = 'console.log("<!-- </script> <script>");\r\n';
  const html = htmlReport({
    title: hostile,
    report,
    lanes: [
      { name: hostile, profile },
      { name: 'b', profile },
    ],
    webviewScript: script,
  });

  it('lets its own script run, and no other', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!.replaceAll('&#39;', "'");
    const source = /<script>([\s\S]*?)<\/script>/.exec(html)![1]!;
    assert.match(policy, /default-src 'none'/);
    assert.doesNotMatch(policy, /unsafe|https?:/);
    assert.ok(policy.includes(`script-src 'sha256-${createHash('sha256').update(source).digest('base64')}'`));
  });
  it('holds no script but its own, whatever names there are', () => {
    assert.equal(html.match(/<\/script>/gi)!.length, 4);
    assert.equal(html.match(/<script/gi)!.length, 4);
    assert.equal(html.match(/<!--/g), null);
    assert.doesNotMatch(html.slice(html.indexOf('<body>')), /[\u2028\u2029]/);
  });
  it('holds the data as it was', () => {
    const blocks = [...html.matchAll(/<script type="application\/json" (?:id|data)-?[a-z]*="([^"]*)">([\s\S]*?)<\/script>/g)];
    assert.deepEqual(
      blocks.map((block) => block[1]),
      ['unblock-page', '0', '1'],
    );
    assert.deepEqual(JSON.parse(blocks[0]![2]!), {
      title: hostile,
      report: JSON.parse(JSON.stringify(report)) as unknown,
      lanes: [hostile, 'b'],
    });
    assert.deepEqual(JSON.parse(blocks[1]![2]!), JSON.parse(JSON.stringify(profile)));
  });
  it('cuts large profiles into blocks that join to the same text', () => {
    const large = { ...profile, padding: '😀'.repeat(1_100_000) };
    const page = htmlReport({ title: 't', report: null, lanes: [{ name: 'a', profile: large }], webviewScript: '' });
    const blocks = [...page.matchAll(/<script type="application\/json" data-lane="0">([\s\S]*?)<\/script>/g)].map((block) => block[1]!);
    assert.ok(blocks.length > 1);
    assert.ok(blocks.every((block) => !/[\ud800-\udbff]$/.test(block)));
    assert.deepEqual(JSON.parse(blocks.join('')), JSON.parse(JSON.stringify(large)));
  });
});

describe('the page in an editor', () => {
  it('runs the script with the nonce alone', () => {
    const html = webviewHtml({ title: 'a < b', bytes: 12_000, script: 'show("</script>")', nonce: 'abc' });
    assert.match(html, /script-src &#39;nonce-abc&#39;; worker-src blob:/);
    assert.match(html, /<script nonce="abc">show\("\\x3c\/script>"\)<\/script>/);
    assert.match(html, /<div id="unblock" data-bytes="12000"><\/div>/);
    assert.match(html, /<title>a &#60; b<\/title>/);
  });
});
