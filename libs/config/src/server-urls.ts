import { z } from 'zod';

/**
 * Parses one URL of a server, or a comma-separated list of the servers of a cluster.
 * @param faultOf returns what is wrong with the URLs. It must not quote one: it may hold a password.
 */
export const serverUrls = <Address>(
  faultOf: (texts: string[]) => string | undefined,
  toAddress: (urls: URL[]) => Address,
) =>
  z.string().transform((value, ctx): Address => {
    const texts = value.split(',').map((url) => url.trim());
    const fault = faultOf(texts);
    if (fault === undefined) return toAddress(texts.map((url) => new URL(url)));
    ctx.addIssue({ code: 'custom', message: fault });
    return z.NEVER;
  });

/** Whether a part of a URL is valid percent-encoding. */
export function canDecode(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Returns the decoded user and password of a URL, as far as it has them. */
export const credentialsOf = ({ username, password }: URL): { username?: string; password?: string } => ({
  ...(username === '' ? {} : { username: decodeURIComponent(username) }),
  ...(password === '' ? {} : { password: decodeURIComponent(password) }),
});
