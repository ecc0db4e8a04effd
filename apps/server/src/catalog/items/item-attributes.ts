/** Further properties of an item, such as its colour or sizes. */
export type ItemAttributes = Record<string, string | number | boolean | (string | number | boolean)[]>;
