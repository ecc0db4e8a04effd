export { requireNodeVersion } from './node-version';
