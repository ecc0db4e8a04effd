export { AdminModule } from './admin.module';
export { adminJobs } from './scheduled-jobs';
