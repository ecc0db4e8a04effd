import { requireNodeVersion } from '@waybill/node-version';

requireNodeVersion();
