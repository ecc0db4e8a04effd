import { isCommonPassword } from './common-passwords';

describe('common passwords', () => {
  it.each([
    'passwordpassword',
    'PasswordPassword',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    'Password2026!',
    '!!!!!!dragon!!!!!!',
  ])('know %s', async (password) => expect(await isCommonPassword(password)).toBe(true));

  it.each(['seven wet herons on a roof', 'tr0ub4dor-and-3-more', 'двенадцать цапель', '8451-2209-7734'])(
    'leave %s alone',
    async (password) => expect(await isCommonPassword(password)).toBe(false),
  );
});
