import { csvLine, unescapeFormula, escapeFormula } from './write-csv';

describe('csvLine', () => {
  it('quotes fields with special characters', () => {
    expect(csvLine(['a', 'b,c', 'd;e', 'f"g', 'h\ni', ' j', ''])).toBe(
      'a,"b,c","d;e","f""g","h\ni"," j",\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', "'=1", "''=1"])(
    'writes %j so that a spreadsheet does not run it',
    (text) => {
      expect(escapeFormula(text)).toBe(`'${text}`);
      expect(unescapeFormula(escapeFormula(text))).toBe(text);
    },
  );

  it.each(['a=1', "'", "'a", '', '1-1'])('does not change %j', (text) => {
    expect(escapeFormula(text)).toBe(text);
    expect(unescapeFormula(text)).toBe(text);
  });
});
