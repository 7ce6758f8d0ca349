import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { walk } from '../../../../src/languages/node/syntax/locate.ts';
import { requestListener, type RequestListener } from '../../../../src/languages/node/syntax/request-listeners.ts';
import { readSource } from '../../../../src/languages/node/syntax/source.ts';
import { ts } from '../../../../src/languages/node/syntax/typescript.ts';

/** What is said of the arrow function in a file of a project with these other files. */
function listenerIn(text: string, files: Record<string, string> = {}): RequestListener | null {
  const all: Record<string, string> = { '/shop/lib/server.js': text, ...files };
  const source = readSource('/shop/lib/server.js', (file) => all[file.replaceAll('\\', '/')] ?? null);
  if (typeof source === 'string') assert.fail(source);
  const found: (RequestListener | null)[] = [];
  walk(source.ast, (node) => {
    if (ts.isArrowFunction(node)) found.push(requestListener(source, node.parent as Parameters<typeof requestListener>[1], node));
  });
  return found[0] ?? null;
}

describe('who catches what a handler throws after it waited', () => {
  const express = "const app = require('express')();\napp.get('/', (request, response) => response.end());\n";
  const installed = (version: string): Record<string, string> => ({
    '/shop/node_modules/express/package.json': JSON.stringify({ version }),
  });

  it('depends on the express that is installed', () => {
    assert.equal(listenerIn(express, installed('5.1.0'))?.uncaught, null);
    assert.equal(
      listenerIn(express, installed('4.21.2'))?.uncaught,
      'express 4 does not catch what an async handler throws: catch it inside',
    );
    assert.match(listenerIn(express)?.uncaught ?? '', /^express catches .* from version 5 on: otherwise/);
  });

  it('is the framework, or may be nobody', () => {
    assert.equal(listenerIn(express.replace('express', 'fastify'))?.uncaught, null);
    assert.match(listenerIn(express.replace('express', 'polka'))?.uncaught ?? '', /^polka may not catch/);
  });
});
