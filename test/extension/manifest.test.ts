import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import {
  COMMANDS,
  COMMANDS_WITH_SUBJECT,
  CONTEXT_KEYS,
  ENGINES,
  FLAME_GRAPH_PANEL,
  RESTRICTED_SETTINGS,
  SAVE_CHOICES,
  SETTINGS,
  VIEWS,
  WALKTHROUGH,
} from '../../src/extension/contributions.ts';

const root = resolve(import.meta.dirname, '../..');
const manifestText = readFileSync(join(root, 'package.json'), 'utf8');
const strings = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const manifest = JSON.parse(manifestText) as Manifest;
const { contributes, capabilities } = manifest;

interface Manifest {
  icon: string;
  activationEvents: string[];
  capabilities: {
    untrustedWorkspaces: { supported: string; restrictedConfigurations: string[] };
    virtualWorkspaces: { supported: boolean };
  };
  contributes: {
    commands: { command: string; category: string }[];
    menus: Record<string, { command: string; when?: string }[]>;
    views: Record<string, { id: string }[]>;
    viewsContainers: { activitybar: { id: string; icon: string }[] };
    configuration: { properties: Record<string, { enum?: string[]; scope: string; markdownDescription: string }> };
    walkthroughs: { id: string; steps: { media: { svg: string } }[] }[];
  };
}

describe('the manifest', () => {
  it('contributes exactly the commands that are in the list, all in one category', () => {
    assert.deepEqual(contributes.commands.map((one) => one.command).sort(), Object.values(COMMANDS).sort());
    assert.deepEqual([...new Set(contributes.commands.map((one) => one.category))], ['Unblock']);
  });

  it('contributes exactly the settings that are in the list', () => {
    assert.deepEqual(Object.keys(contributes.configuration.properties).sort(), Object.values(SETTINGS).sort());
    assert.deepEqual(contributes.configuration.properties[SETTINGS.engine]?.enum, ENGINES);
    assert.deepEqual(contributes.configuration.properties[SETTINGS.saveBeforeRun]?.enum, SAVE_CHOICES);
    assert.equal(contributes.configuration.properties[SETTINGS.nodePath]?.scope, 'machine-overridable');
  });

  it('keeps untrusted workspaces from choosing what is run', () => {
    assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
    assert.deepEqual(capabilities.untrustedWorkspaces.restrictedConfigurations, RESTRICTED_SETTINGS);
    assert.equal(capabilities.virtualWorkspaces.supported, false);
  });

  it('contributes exactly the views and the walkthrough that are in the list', () => {
    assert.deepEqual(Object.keys(contributes.views), [VIEWS.container]);
    assert.deepEqual(
      contributes.viewsContainers.activitybar.map((one) => one.id),
      [VIEWS.container],
    );
    assert.deepEqual(
      contributes.views[VIEWS.container]?.map((one) => one.id),
      [VIEWS.time, VIEWS.hotSpots, VIEWS.advice],
    );
    assert.deepEqual(
      contributes.walkthroughs.map((one) => one.id),
      [WALKTHROUGH],
    );
    assert.equal(contributes.walkthroughs[0]?.steps.length, 4);
  });

  it('puts only known commands into menus, and hides from the palette those that need a subject', () => {
    const known: string[] = Object.values(COMMANDS);
    for (const [menu, entries] of Object.entries(contributes.menus)) {
      for (const { command } of entries) assert.ok(known.includes(command), `${command} in ${menu}`);
    }
    const hidden = contributes.menus['commandPalette']?.filter((one) => one.when === 'false').map((one) => one.command);
    assert.deepEqual(hidden?.sort(), [...COMMANDS_WITH_SUBJECT].sort());
  });

  it('uses only names that exist: context keys, commands in links, files', () => {
    const known = new Set<string>([
      ...Object.values(CONTEXT_KEYS),
      ...Object.values(COMMANDS),
      ...Object.values(VIEWS),
      ...Object.values(SETTINGS),
    ]);
    const used = [...`${manifestText} ${Object.values(strings).join(' ')}`.matchAll(/\bunblock\.[A-Za-z0-9.]+\b/g)].map(([name]) => name);
    const others = [FLAME_GRAPH_PANEL, WALKTHROUGH];
    assert.deepEqual(
      [...new Set(used)].filter((name) => !known.has(name) && !others.includes(name)),
      [],
    );
    const files = [
      manifest.icon,
      ...contributes.viewsContainers.activitybar.map((one) => one.icon),
      ...contributes.walkthroughs.flatMap((one) => one.steps.map((step) => step.media.svg)),
    ];
    for (const file of files) assert.ok(existsSync(join(root, file)), file);
  });

  it('has a text for each %key% and no text without one', () => {
    const used = [...manifestText.matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(strings).sort());
  });

  it('is activated by commands and views alone', () => {
    assert.deepEqual(manifest.activationEvents, [`onWebviewPanel:${FLAME_GRAPH_PANEL}`]);
  });
});

describe('the sources of the extension', () => {
  it('name commands and settings through the list only', () => {
    const folder = join(root, 'src/extension');
    const offenders = readdirSync(folder)
      .filter((file) => file.endsWith('.ts') && file !== 'contributions.ts')
      .filter((file) => Object.values(COMMANDS).some((command) => readFileSync(join(folder, file), 'utf8').includes(`'${command}'`)));
    assert.deepEqual(offenders, []);
  });
});
