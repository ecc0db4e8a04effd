import { x } from '@waybill/config';
console.log(x, process.version);
