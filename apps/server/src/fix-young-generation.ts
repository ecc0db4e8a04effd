import { fixYoungGeneration } from '@waybill/v8-heap';

fixYoungGeneration();
