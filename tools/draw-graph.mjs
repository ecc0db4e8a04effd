#!/usr/bin/env node
// Draws the graph of the domain modules and libs from the code into docs/architecture.md.
// usage: node tools/draw-graph.mjs [--check] [root]
//   --check   changes nothing; fails if the graph on the page is stale
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const BEGIN = '<!-- module graph: drawn by npm run boundaries:graph -->';
const END = '<!-- end of module graph -->';
const project = join(fileURLToPath(import.meta.url), '../..');
const page = 'docs/architecture.md';

/**
 * Returns the part of the system that a file belongs to: a domain module, an application's composition root, or a lib.
 * Undefined for files outside the graph (specs, packages, test code).
 */
function partOf(path) {
  const [top, name, folder, module, ...below] = path.split('/');
  if (folder !== 'src' || path.endsWith('.spec.ts')) return undefined;
  if (top === 'libs') return { group: 'libs', label: name };
  if (top !== 'apps') return undefined;
  return { group: `apps/${name}`, label: below.length > 0 ? module : `${name} (composition root)` };
}

const idOf = ({ group, label }) => `${group}/${label}`.replaceAll(/[^\w]+/g, '_').replace(/_$/, '');

/** Returns every part that has files, and every pair of parts where one imports the other; both sorted. */
function graphOf(modules) {
  const parts = new Map();
  const edges = new Set();
  for (const { source, dependencies } of modules) {
    const from = partOf(source);
    if (!from) continue;
    parts.set(idOf(from), from);
    for (const { resolved } of dependencies) {
      const to = partOf(resolved);
      if (to && idOf(to) !== idOf(from)) edges.add(`${idOf(from)} --> ${idOf(to)}`);
    }
  }
  return { parts: [...parts].toSorted(([a], [b]) => (a < b ? -1 : 1)), edges: [...edges].toSorted() };
}

function mermaidOf({ parts, edges }) {
  const groups = Map.groupBy(parts, ([, { group }]) => group);
  const boxes = [...groups].flatMap(([group, members]) => [
    `  subgraph ${group.replace('/', '_')}["${group}"]`,
    ...members.map(([id, { label }]) => `    ${id}["${label}"]`),
    '  end',
  ]);
  return ['```mermaid', 'flowchart TB', ...boxes, ...edges.map((edge) => `  ${edge}`), '```'].join('\n');
}

/** Reads the same files as `npm run boundaries`, with the same tool and configuration. */
function draw() {
  const tool = join(project, 'node_modules/.bin/depcruise');
  const report = execFileSync(process.execPath, [tool, 'apps', 'libs', '--output-type', 'json'], {
    maxBuffer: 256 * 1024 * 1024,
    timeout: 60_000,
  });
  return mermaidOf(graphOf(JSON.parse(report).modules));
}

function replaceBetweenMarkers(text, drawing) {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`${page} lacks the markers "${BEGIN}" and "${END}"`);
  return `${text.slice(0, begin)}${BEGIN}\n\n${drawing}\n\n${text.slice(end)}`;
}

function main() {
  const args = process.argv.slice(2);
  const root = args.find((arg) => !arg.startsWith('--')) ?? project;
  process.chdir(root);
  const text = readFileSync(page, 'utf8');
  const redrawn = replaceBetweenMarkers(text, draw());
  if (redrawn === text) return console.log(`${page} is up to date.`);
  if (args.includes('--check')) {
    console.error(`${page} is stale: run npm run boundaries:graph.`);
    process.exitCode = 1;
    return;
  }
  writeFileSync(page, redrawn);
  console.log(`${page}: module graph drawn.`);
}

main();
