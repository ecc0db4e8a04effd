// The configuration "russian" stems words in Cyrillic letters as Russian and words in Latin letters as English. ICU
// converts the letters to lower case, because the default collation of the database may not. Replaces "ё" by "е".
const CONFIGURATION = `'pg_catalog.russian'`;
const plain = (text: string): string => `translate(lower((${text}) COLLATE "und-x-icu"), 'ё', 'е')`;

/** Returns the SQL of a search document. @param text SQL expression */
export const searchDocument = (text: string): string => `to_tsvector(${CONFIGURATION}, ${plain(text)})`;

/** Returns the SQL of a search query. It accepts any text. @param words SQL expression */
export const searchQuery = (words: string): string =>
  `websearch_to_tsquery(${CONFIGURATION}, ${plain(words)})`;
