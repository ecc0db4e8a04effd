/** Which page of a list is wanted. */
export interface PageRequest {
  limit: number;
  /** The `next_cursor` of the page before; undefined for the first one. */
  cursor?: string;
}

/** A page of a list. */
export interface Page<T> {
  items: T[];
  /** The cursor of the next page; null on the last one. */
  next_cursor: string | null;
}
