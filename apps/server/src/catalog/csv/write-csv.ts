/** Writes one line of a CSV file (RFC 4180). A spreadsheet reads the fields as text, never as formulas. */
export const csvLine = (fields: readonly string[]): string =>
  `${fields.map((field) => quoted(escapeFormula(field))).join(',')}\r\n`;

// `;` too: some spreadsheets split fields there.
const quoted = (field: string): string =>
  /[",;\r\n]|^\s|\s$/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;

/**
 * Adds an apostrophe to a field that a spreadsheet would run as a formula. Also escapes a field that looks escaped
 * already, so that `unescapeFormula` always restores the original text.
 */
export const escapeFormula = (text: string): string => (/^'*[=+\-@\t\r\n]/.test(text) ? `'${text}` : text);

/** Removes the apostrophe that `escapeFormula` adds. */
export const unescapeFormula = (text: string): string =>
  /^'+[=+\-@\t\r\n]/.test(text) ? text.slice(1) : text;
