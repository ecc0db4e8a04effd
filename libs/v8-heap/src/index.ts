export { keepHeapSmall, withSmallHeap } from './small-heap';
export { fixYoungGeneration, letYoungGenerationGrow } from './young-generation';
