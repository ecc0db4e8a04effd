import { csvLine, withFormula, withoutFormula } from './write-csv';

describe('csvLine', () => {
  it('quotes fields that need it', () => {
    expect(csvLine(['a', 'b,c', 'd;e', 'f"g', 'h\ni', ' j', ''])).toBe(
      'a,"b,c","d;e","f""g","h\ni"," j",\r\n',
    );
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\n=1', "'=1", "''=1"])(
    'writes %j as a text that a spreadsheet does not run',
    (text) => {
      expect(withoutFormula(text)).toBe(`'${text}`);
      expect(withFormula(withoutFormula(text))).toBe(text);
    },
  );

  it.each(['a=1', "'", "'a", '', '1-1'])('leaves %j as it is', (text) => {
    expect(withoutFormula(text)).toBe(text);
    expect(withFormula(text)).toBe(text);
  });
});
