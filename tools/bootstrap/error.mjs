/** Something the user has to see to; the message is all they need. */
export class BootstrapError extends Error {
  name = 'BootstrapError';
}
