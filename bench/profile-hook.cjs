// For `node --require`: the first SIGUSR2 starts a CPU profile, the next one writes it to PROFILE_FILE.
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');

let session;
process.on('SIGUSR2', () => {
  if (!session) {
    session = new Session();
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.start');
    return;
  }
  session.post('Profiler.stop', (error, result) => {
    if (!error) writeFileSync(process.env.PROFILE_FILE, JSON.stringify(result.profile));
    session.disconnect();
    session = undefined;
  });
});
