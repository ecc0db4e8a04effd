/** An error that the user must fix. The message is sufficient. */
export class BootstrapError extends Error {
  name = 'BootstrapError';
}
