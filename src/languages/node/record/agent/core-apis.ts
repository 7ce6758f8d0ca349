import childProcess from 'node:child_process';
import crypto from 'node:crypto';
import dns from 'node:dns';
import dnsPromises from 'node:dns/promises';
import events from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { isAbsolute } from 'node:path';
import streamPromises from 'node:stream/promises';
import zlib from 'node:zlib';
import type { OperationLog } from './operation-log.ts';
import { wrapStreams } from './streams.ts';
import { endWithUnref, wrapCallback, wrapEmitter, wrapIterator, wrapPromise, wrapPromisified, wrapSync } from './wrap.ts';

/**
 * Wraps the core APIs that block, wait or keep a native thread busy. Names are those a user writes; promise forms are
 * `fs.promises.readFile`, `dns.promises.lookup`, `timers.promises.setTimeout`, `stream.promises.pipeline`, `FileHandle.read`, `Response.json`.
 */
export function wrapCoreApis(log: OperationLog): void {
  wrapFileSystem(log);
  wrapProcesses(log);
  wrapNativeWork(log);
  wrapNetwork(log);
  wrapStreams(log);
  wrapSync(log, Atomics, 'wait', 'Atomics.wait');
  wrapPromise(log, streamPromises, 'pipeline', 'stream.promises.pipeline');
  wrapPromise(log, streamPromises, 'finished', 'stream.promises.finished');
  wrapPromise(log, events, 'once', 'events.once');
  wrapIterator(log, events, 'on', 'events.on');
}

function wrapFileSystem(log: OperationLog): void {
  for (const name of functionsOf(fs)) {
    if (name.endsWith('Sync')) wrapSync(log, fs, name, `fs.${name}`, loaderMayCall(name));
    else if (`${name}Sync` in fs && name !== 'watch') wrapCallback(log, fs, name, `fs.${name}`);
  }
  wrapEmitter(log, fs, 'createReadStream', 'fs.createReadStream', ['close']);
  let handles: object | null = null;
  const wrapHandle = (value: unknown) => {
    if (handles || typeof value !== 'object' || value === null) return;
    handles = Object.getPrototypeOf(value) as object;
    for (const name of functionsOf(handles))
      if (!['constructor', 'getAsyncId', 'createReadStream', 'createWriteStream', 'readLines', 'readableWebStream'].includes(name))
        wrapPromise(log, handles, name, `FileHandle.${name}`);
  };
  for (const name of functionsOf(fs.promises))
    if (name !== 'watch' && name !== 'glob')
      wrapPromise(log, fs.promises, name, `fs.promises.${name}`, name === 'open' ? wrapHandle : undefined);
}

/**
 * Node's module loader reads modules through the public API: that is loading, not the script's reading. Whether it was the loader only a
 * stack can tell; what it passes is told at once.
 */
function loaderMayCall(name: string): ((first: unknown, second: unknown) => boolean) | undefined {
  if (name === 'realpathSync')
    return (_, options) => typeof options === 'object' && options !== null && Object.getOwnPropertySymbols(options).length > 0;
  if (name !== 'readFileSync') return undefined;
  return (path, options) =>
    (typeof path === 'string' ? (options === 'utf8' || options === 'utf-8') && isAbsolute(path) : path instanceof URL) &&
    isModule.test(String(path));
}

const isModule = /\.(?:[cm]?[jt]sx?|json)$/;

function wrapProcesses(log: OperationLog): void {
  for (const name of ['execSync', 'execFileSync', 'spawnSync']) wrapSync(log, childProcess, name, `child_process.${name}`);
  for (const name of ['exec', 'execFile']) {
    wrapEmitter(log, childProcess, name, `child_process.${name}`, ['close']);
    wrapPromisified(log, childProcess, name, `child_process.${name}`);
  }
  endWithUnref(log, childProcess.ChildProcess.prototype);
  for (const name of ['spawn', 'fork']) wrapEmitter(log, childProcess, name, `child_process.${name}`, ['exit', 'close']);
}

function wrapNativeWork(log: OperationLog): void {
  for (const name of functionsOf(zlib)) {
    if (name.endsWith('Sync')) {
      wrapSync(log, zlib, name, `zlib.${name}`);
      wrapCallback(log, zlib, name.slice(0, -4), `zlib.${name.slice(0, -4)}`);
    }
  }
  for (const name of functionsOf(crypto)) {
    if (name.endsWith('Sync')) {
      wrapSync(log, crypto, name, `crypto.${name}`);
      wrapCallback(log, crypto, name.slice(0, -4), `crypto.${name.slice(0, -4)}`);
    }
  }
  for (const name of ['randomBytes', 'sign', 'verify', 'diffieHellman']) wrapCallback(log, crypto, name, `crypto.${name}`, true);
  for (const name of ['privateDecrypt', 'privateEncrypt', 'publicDecrypt', 'publicEncrypt']) wrapSync(log, crypto, name, `crypto.${name}`);
}

function wrapNetwork(log: OperationLog): void {
  for (const name of ['request', 'get']) {
    wrapEmitter(log, http, name, `http.${name}`, ['close']);
    wrapEmitter(log, https, name, `https.${name}`, ['close']);
  }
  wrapEmitter(log, net.Server.prototype, 'listen', 'net.Server.listen', ['close']);
  const lookups = (name: string) => /^(?:lookup|lookupService|resolve\w*|reverse)$/.test(name);
  for (const name of functionsOf(dns).filter(lookups)) wrapCallback(log, dns, name, `dns.${name}`);
  for (const name of functionsOf(dnsPromises).filter(lookups)) wrapPromise(log, dnsPromises, name, `dns.promises.${name}`);
  const resolver = dns.Resolver.prototype;
  for (const name of functionsOf(resolver).filter(lookups)) wrapCallback(log, resolver, name, `dns.${name}`);
  const promising = dnsPromises.Resolver.prototype;
  for (const name of functionsOf(promising).filter(lookups)) wrapPromise(log, promising, name, `dns.promises.${name}`);
  let responses: object | null = null;
  wrapPromise(log, globalThis, 'fetch', 'fetch', (value) => {
    if (responses || typeof value !== 'object' || value === null) return;
    responses = Object.getPrototypeOf(value) as object;
    for (const name of ['arrayBuffer', 'blob', 'bytes', 'formData', 'json', 'text']) wrapPromise(log, responses, name, `Response.${name}`);
  });
}

function functionsOf(owner: object): string[] {
  return Object.getOwnPropertyNames(owner).filter(
    (name) => typeof Object.getOwnPropertyDescriptor(owner, name)?.value === 'function' && !/^[A-Z_]/.test(name),
  );
}
