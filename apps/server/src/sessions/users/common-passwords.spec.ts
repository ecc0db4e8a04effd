import { isCommonPassword } from './common-passwords';

describe('common passwords', () => {
  it.each([
    'passwordpassword',
    'PasswordPassword',
    'qwertyuiop12',
    '1qaz2wsx3edc',
    'Password2026!',
    '!!!!!!dragon!!!!!!',
    'ｐａｓｓｗｏｒｄｐａｓｓｗｏｒｄ',
    'Ｄragon!!!!!!',
    '1234567890123',
    '123456123456',
    '111111111111',
    '987654321098',
    '000000000001',
    '147258369147',
    '1990 1990 1990',
    'a12345678901',
    'a!!!!!!!!!!!',
    '!!!!!!!!!!!!',
  ])('include %s', async (password) => expect(await isCommonPassword(password)).toBe(true));

  it.each(['seven wet herons on a roof', 'tr0ub4dor-and-3-more', 'двенадцать цапель', '8451-2209-7734'])(
    'do not include %s',
    async (password) => expect(await isCommonPassword(password)).toBe(false),
  );
});
