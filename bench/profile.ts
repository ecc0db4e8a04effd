/** The parts of a V8 CPU profile that the bench reads. */
export interface CpuProfile {
  nodes: {
    id: number;
    callFrame: { functionName: string; url: string; lineNumber: number };
  }[];
  samples: number[];
  timeDeltas: number[];
}

export interface SelfTime {
  where: string;
  /** Share of the non-idle time. */
  share: number;
}

// Idle time, and the profiler's own start and stop.
const NO_WORK = /^\(idle\)$| node:inspector:/;

/** Returns the functions with the highest self time. */
export function topSelfTimes({ nodes, samples, timeDeltas }: CpuProfile, count: number): SelfTime[] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map<string, number>();
  let busy = 0;
  for (const [index, id] of samples.entries()) {
    const where = names.get(id) ?? '(unknown)';
    if (NO_WORK.test(where)) continue;
    const time = timeDeltas[index] ?? 0;
    busy += time;
    times.set(where, (times.get(where) ?? 0) + time);
  }
  return [...times]
    .map(([where, time]) => ({ where, share: time / busy }))
    .toSorted((a, b) => b.share - a.share)
    .slice(0, count);
}

function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)';
  if (!url) return name;
  const file = url.replace(/^.*\/node_modules\//, '').replace(/^.*\/dist\//, 'dist/');
  return `${name} ${file}:${lineNumber + 1}`;
}
