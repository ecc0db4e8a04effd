import { setFlagsFromString } from 'node:v8';

const grow = (factor: number): void => setFlagsFromString(`--semi-space-growth-factor=${factor}`);
const V8_DEFAULT = 2;

// V8 doubles its young generation while modules are loaded, to 48 MB, and an idle process keeps it: 231 MB instead of
// 173 MB.
grow(1);

/** Lets the young generation grow under load. At its initial size, `/livez` takes 70 instead of 54 µs (ADR 0019). */
export const letYoungGenerationGrow = (): void => grow(V8_DEFAULT);
