import { readEnvironment } from '@waybill/config';
import { readPassword } from './read-password';
import { runAdminCommand, textOfFailure } from './run-admin-command';

const warn = (warning: string) => void process.stderr.write(`Warning: ${warning}\n`);

/** `npm run admin -- <command> …` */
runAdminCommand(process.argv.slice(2), { environment: () => readEnvironment(warn), readPassword })
  .then((text) => void process.stdout.write(text))
  .catch((error: Error) => {
    process.stderr.write(`${textOfFailure(error)}\n`);
    process.exitCode = 1;
  });
